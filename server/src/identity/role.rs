//! The words for roles, in tokens and settings.

use app::backend::Role;

/// The role of that name.
pub fn role_named(name: &str) -> Option<Role> {
    match name {
        "viewer" => Some(Role::Viewer),
        "manager" => Some(Role::Manager),
        "provisioner" => Some(Role::Provisioner),
        _ => None,
    }
}

/// The most that a list of names allows a person; unknown names count for nothing. A provisioner is no person, so
/// it is one only where nothing else is.
pub(super) fn highest<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Role> {
    let rank = |role: &Role| match role {
        Role::Manager => 2,
        Role::Viewer => 1,
        Role::Provisioner => 0,
    };
    names.into_iter().filter_map(role_named).max_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: Option<Role>) {
        assert_eq!(highest(names.iter().copied()), expected, "{names:?}");
    }

    #[test]
    fn the_highest_known_role_counts() {
        check(&[], None);
        check(&["admin", "Manager"], None);
        check(&["viewer"], Some(Role::Viewer));
        check(&["viewer", "manager"], Some(Role::Manager));
        check(&["manager", "admin", "viewer"], Some(Role::Manager));
        check(&["provisioner"], Some(Role::Provisioner));
        check(&["provisioner", "viewer"], Some(Role::Viewer));
    }
}
