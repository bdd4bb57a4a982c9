//! A transaction on a SQLite file, in as few turns of the file's thread as it can be.
//!
//! The driver has a thread for each connection. To hand it a text wakes the thread, and the answer wakes whoever waits:
//! that takes longer than most statements do. So a statement that nobody waits for goes along with the next that somebody
//! does, and the beginning and the end of the transaction go along too.
//!
//! That a text may hold several statements with values is a peculiarity of SQLite's driver, which sqlx keeps but advises
//! against for code that is to run on any database; this is for none other.

use sqlx::{AssertSqlSafe, Sqlite};

use super::database::{Row, Value, Writer, bound};

/// A transaction that is undone unless it is committed.
pub(super) struct Script {
    /// `None` once it has ended, also by an error.
    writer: Option<Writer>,
    has_begun: bool,
    /// What goes along with the next statement.
    sql: String,
    values: Vec<Value>,
}

impl Script {
    pub(super) fn new(writer: Writer) -> Self {
        let mut script =
            Self { writer: Some(writer), has_begun: false, sql: String::new(), values: Vec::new() };
        script.add("BEGIN IMMEDIATE", &[]);
        script
    }

    /// Puts a statement off until the next that somebody waits for.
    pub(super) fn add(&mut self, sql: &str, values: &[Value]) {
        push_numbered(&mut self.sql, sql, self.values.len());
        self.sql.push_str(";\n");
        self.values.extend_from_slice(values);
    }

    /// The rows of a statement, and of none before it.
    pub(super) async fn fetch<T: Row>(&mut self, sql: &str, values: &[Value]) -> Result<Vec<T>, sqlx::Error> {
        self.add(sql, values);
        let Some(writer) = &mut self.writer else {
            return Err(sqlx::Error::Protocol("the transaction has failed before".to_owned()));
        };
        self.has_begun = true;
        let (sql, values) = (std::mem::take(&mut self.sql), std::mem::take(&mut self.values));
        let query = bound!(sqlx::query_as::<Sqlite, T>(AssertSqlSafe(sql)), &values);
        let rows = query.fetch_all(&mut *writer.connection).await;
        // What comes after it must not be kept without it.
        rows.inspect_err(|_| self.undo())
    }

    /// The number of rows that a statement changed.
    pub(super) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, sqlx::Error> {
        self.add(sql, values);
        let changes: Vec<(i64,)> = self.fetch("SELECT changes()", &[]).await?;
        Ok(changes.first().and_then(|(count,)| u64::try_from(*count).ok()).unwrap_or(0))
    }

    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.fetch::<(i64,)>("COMMIT", &[]).await?;
        self.writer = None;
        Ok(())
    }

    fn undo(&mut self) {
        let Some(mut writer) = self.writer.take().filter(|_| self.has_begun) else { return };
        tokio::spawn(async move {
            if sqlx::raw_sql("ROLLBACK").execute(&mut *writer.connection).await.is_err() {
                // There is nothing to undo, because the end was on its way or it never began; or that failed too, and nobody
                // may go on in this transaction.
                let _ = writer.connection.close().await;
            }
        });
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.undo();
    }
}

/// Adds a statement whose values come after so many others: `$1` is `$6` after five.
fn push_numbered(text: &mut String, sql: &str, after: usize) {
    let mut parts = sql.split('$');
    text.extend(parts.next());
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (number, rest) = part.split_at(digits);
        text.push('$');
        match number.parse::<usize>() {
            Ok(number) => text.push_str(&(number + after).to_string()),
            Err(_) => text.push_str(number),
        }
        text.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};

    use super::*;
    use crate::store::sql::database::values;

    async fn one_connection() -> SqlitePool {
        let options = SqlitePoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(5));
        let pool = options.connect("sqlite::memory:").await.unwrap();
        sqlx::raw_sql("CREATE TABLE notes (text TEXT NOT NULL UNIQUE)").execute(&pool).await.unwrap();
        pool
    }

    const NOTE: &str = "INSERT INTO notes (text) VALUES ($1)";

    async fn begun(pool: &SqlitePool) -> Script {
        Script::new(pool.acquire().await.unwrap().into())
    }

    async fn kept(pool: &SqlitePool) -> Vec<String> {
        sqlx::query_scalar("SELECT text FROM notes ORDER BY text").fetch_all(pool).await.unwrap()
    }

    #[tokio::test]
    async fn statements_are_in_order_and_are_kept_together() {
        let pool = one_connection().await;
        let mut script = begun(&pool).await;
        script.add(NOTE, &values!["one"]);
        script.add(NOTE, &values!["two"]);
        assert_eq!(script.execute("UPDATE notes SET text = $1 || text", &values!["a "]).await.unwrap(), 2);
        assert_eq!(script.execute("DELETE FROM notes WHERE text = $1", &values!["none"]).await.unwrap(), 0);
        let count: Vec<(i64,)> = script.fetch("SELECT count(*) FROM notes", &[]).await.unwrap();
        assert_eq!(count, [(2,)]);
        script.add(NOTE, &values!["three"]);
        script.commit().await.unwrap();
        assert_eq!(kept(&pool).await, ["a one", "a two", "three"]);
    }

    #[tokio::test]
    async fn what_is_not_committed_is_undone_and_the_next_begins_anew() {
        let pool = one_connection().await;
        // Nothing was sent.
        begun(&pool).await.add(NOTE, &values!["never"]);
        // It was left.
        let mut left = begun(&pool).await;
        left.execute(NOTE, &values!["left"]).await.unwrap();
        drop(left);
        // Whoever waited went away.
        let mut deserted = begun(&pool).await;
        let note = values!["deserted"];
        tokio::select! {
            biased;
            _ = deserted.execute(NOTE, &note) => {}
            () = std::future::ready(()) => {}
        }
        drop(deserted);
        // The second of two failed, and with it the end.
        let mut refused = begun(&pool).await;
        refused.add(NOTE, &values!["twice"]);
        refused.add(NOTE, &values!["twice"]);
        assert!(refused.execute(NOTE, &values!["third"]).await.is_err());
        refused.add(NOTE, &values!["without the others"]);
        assert!(refused.commit().await.is_err());
        assert_eq!(kept(&pool).await, Vec::<String>::new());
        let mut next = begun(&pool).await;
        next.add(NOTE, &values!["kept"]);
        next.commit().await.unwrap();
        assert_eq!(kept(&pool).await, ["kept"]);
    }

    #[test]
    fn a_statement_keeps_its_values_whatever_comes_before_it() {
        for (after, sql, expected) in [
            (0, "SELECT $1, $12", "SELECT $1, $12"),
            (3, "SELECT $1, $12", "SELECT $4, $15"),
            (3, "$2", "$5"),
            (3, "json_extract(body, '$.status') = $1", "json_extract(body, '$.status') = $4"),
            (3, "SELECT 1", "SELECT 1"),
        ] {
            let mut text = String::new();
            push_numbered(&mut text, sql, after);
            assert_eq!(text, expected);
        }
    }
}
