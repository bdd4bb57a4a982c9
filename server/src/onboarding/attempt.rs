//! Whether a change got as far as Waycore: from then on nobody may be told that nothing was lost.

use std::cell::Cell;

use waycore::Error;

tokio::task_local! {
    static MAY_HAVE_TAKEN_EFFECT: Cell<bool>;
}

/// Runs a change. Gives its result, and whether something that it sent to Waycore has taken effect there, or may have.
pub(super) async fn observed<T>(change: impl Future<Output = T>) -> (T, bool) {
    MAY_HAVE_TAKEN_EFFECT
        .scope(Cell::new(false), async {
            let result = change.await;
            (result, may_have_taken_effect())
        })
        .await
}

/// Whether something that the present change sent to Waycore has taken effect there, or may have.
pub(super) fn may_have_taken_effect() -> bool {
    MAY_HAVE_TAKEN_EFFECT.try_with(Cell::get).unwrap_or(false)
}

/// Notes that what was sent so far is done and on record: nothing about it can be lost any more.
pub(super) fn settled() {
    let _ = MAY_HAVE_TAKEN_EFFECT.try_with(|noted| noted.set(false));
}

/// Notes what became of a request that changes something at Waycore.
pub(super) fn attempted<T>(answer: Result<T, Error>) -> Result<T, Error> {
    if answer.as_ref().map_or_else(may_be_done, |_| true) {
        // Outside a change nobody asks.
        let _ = MAY_HAVE_TAKEN_EFFECT.try_with(|noted| noted.set(true));
    }
    answer
}

/// Whether a request that failed like this may have been carried out.
fn may_be_done(error: &Error) -> bool {
    match error {
        Error::Unknown(_) | Error::Server { .. } | Error::Timeout | Error::NoAnswer | Error::Nonsense(_) => {
            true
        }
        Error::Invalid
        | Error::Unauthorized
        | Error::Forbidden
        | Error::NotFound
        | Error::NoSuchPath
        | Error::Conflict { .. }
        | Error::RateLimited { .. }
        | Error::OverBudget { .. }
        | Error::Unreachable(_)
        | Error::CircuitOpen { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use waycore::Unclear;

    use super::*;

    #[tokio::test]
    async fn only_what_was_surely_refused_took_no_effect() {
        for (answer, expected) in [
            (Ok(()), true),
            (Err(Error::Unknown(Unclear::Timeout)), true),
            (Err(Error::Unknown(Unclear::Server(502))), true),
            (Err(Error::Timeout), true),
            (Err(Error::NoAnswer), true),
            (Err(Error::Invalid), false),
            (Err(Error::Conflict { retry_after: None }), false),
            (Err(Error::Unreachable("refused".to_owned())), false),
        ] {
            let (_, effect) = observed(async { attempted(answer.clone()) }).await;
            assert_eq!(effect, expected, "{answer:?}");
        }
        let (_, effect) = observed(async {
            let _ = attempted(Err::<(), _>(Error::Timeout));
            let _ = attempted(Err::<(), _>(Error::Invalid));
        })
        .await;
        assert!(effect, "a later refusal takes nothing back");
        let (_, effect) = observed(async {
            let _ = attempted(Ok(()));
            settled();
        })
        .await;
        assert!(!effect, "it is on record");
        assert!(!may_have_taken_effect(), "outside a change");
    }
}
