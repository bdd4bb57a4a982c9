//! Invariant 4: no server function takes an entity id or a customer id: who is asking is the server's to say.

use anyhow::{Result, bail};

use super::{Checks, Tally};
use crate::test::rust_source::{SourceFile, sources};

/// Words of an argument's name or type by which a browser would say whose bank it means.
const FORBIDDEN: [&str; 5] = ["entity", "customer", "tenant", "org", "organization"];

/// An argument of the bank's own login, which is called customer id at many banks.
const ALLOWED: [&str; 1] = ["bank_customer_id"];

pub(super) fn check(checks: &Checks, tally: &mut Tally) {
    tally.check("invariant 4, what server functions take", || {
        let sources = sources(checks.root(), &["app/src", "frontend/src", "server/src"])?;
        inspect(&sources)
    });
}

fn inspect(sources: &[SourceFile]) -> Result<String> {
    let mut count = 0;
    for file in sources {
        for function in functions(&file.code) {
            if !file.path.starts_with("app/src/api/") {
                bail!("{} declares the server function {} outside app/src/api", file.path, function.name);
            }
            if let Some(argument) = function.arguments.iter().find(|argument| is_forbidden(argument)) {
                bail!("{}: {} takes `{argument}`", file.path, function.name);
            }
            count += 1;
        }
    }
    if count == 0 {
        bail!("no server function was found below app/src/api");
    }
    Ok(format!("{count} functions"))
}

struct ServerFunction {
    name: String,
    /// `name: Type`, one each.
    arguments: Vec<String>,
}

fn functions(code: &str) -> Vec<ServerFunction> {
    let starts = code
        .match_indices("#[server")
        .filter(|(start, attribute)| code[start + attribute.len()..].starts_with(['(', ']']));
    starts.filter_map(|(start, _)| function(&code[start..])).collect()
}

fn function(code: &str) -> Option<ServerFunction> {
    let signature = &code[code.find(" fn ")? + 4..];
    let open = signature.find('(')?;
    let name = signature[..open].split('<').next()?.trim().to_owned();
    Some(ServerFunction { name, arguments: arguments(&signature[open + 1..]) })
}

/// Splits at the commas that stand in no bracket, up to the closing one.
fn arguments(code: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let mut depth = 0_usize;
    for character in code.chars() {
        match character {
            ')' if depth == 0 => break,
            ',' if depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            '(' | '<' | '[' | '{' => depth += 1,
            ')' | '>' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(last) = arguments.last_mut() {
            last.push(character);
        }
    }
    let trimmed = arguments.iter().map(|argument| argument.split_whitespace().collect::<Vec<_>>().join(" "));
    trimmed.filter(|argument| !argument.is_empty()).collect()
}

fn is_forbidden(argument: &str) -> bool {
    let (name, kind) = argument.rsplit_once(": ").unwrap_or((argument, ""));
    let name = name.rsplit(' ').next().unwrap_or(name);
    !ALLOWED.contains(&name)
        && (words(name).chain(words(kind)).any(|word| FORBIDDEN.contains(&word.as_str())))
}

/// `entity_id` and `EntityId` are both `entity`, `id`.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::new();
    for character in name.chars() {
        if character.is_uppercase() || !character.is_alphanumeric() {
            spaced.push(' ');
        }
        spaced.extend(character.to_lowercase().filter(|c| c.is_alphanumeric()));
    }
    spaced.split_whitespace().map(str::to_owned).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, arguments: &str) -> SourceFile {
        let code = format!(
            "#[server(endpoint = \"get_connection\")]\n#[tracing::instrument(skip_all)]\n\
             pub async fn get_connection({arguments}) -> Result<Found, WireError> {{ port().get().await }}"
        );
        SourceFile { path: path.into(), code }
    }

    #[track_caller]
    fn check(arguments: &str, allowed: bool) {
        assert_eq!(inspect(&[file("app/src/api/get.rs", arguments)]).is_ok(), allowed, "{arguments}");
    }

    #[test]
    fn a_connection_and_the_banks_own_login_may_be_named() {
        check("connection_id: String", true);
        check("connection_id: ConnectionId,\n    bank_customer_id: Option<String>,\n", true);
        check("", true);
        check("#[server(default)] original: Option<String>", true);
    }

    #[test]
    fn nobody_may_say_whose_bank_is_meant() {
        check("entity_id: String", false);
        check("connection_id: String, customer_id: Option<String>", false);
        check("id: EntityId", false);
        check("who: Option<domain::ids::CustomerId>", false);
        check("#[server(default)] org: String", false);
    }

    #[test]
    fn server_functions_stand_in_one_place() {
        assert!(inspect(&[file("app/src/pages/list.rs", "id: String")]).is_err());
    }

    #[test]
    fn finding_none_is_a_failure() {
        assert!(
            inspect(&[SourceFile { path: "app/src/api/mod.rs".into(), code: "use server::x;".into() }])
                .is_err()
        );
    }
}
