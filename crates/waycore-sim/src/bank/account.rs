//! The accounts that a company has at its bank.

use waycore::wire::AccountType;

/// An account as the bank keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    pub(crate) official_name: &'static str,
    pub(crate) currency: &'static str,
    /// Digits of its number; the wire shows parts of it.
    pub(crate) number: u64,
    /// The balance before the first entry.
    pub(crate) opening: i64,
    /// The day, in days since 1970, from which on it is closed.
    pub(crate) closed_from: Option<i64>,
}

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Operating,
    Reserve,
    Card,
    Foreign,
    Loan,
    Former,
}

impl Account {
    pub(crate) fn account_type(&self) -> AccountType {
        match self.kind {
            Kind::Operating | Kind::Foreign | Kind::Former => AccountType::Checking,
            Kind::Reserve => AccountType::Savings,
            Kind::Card => AccountType::CreditCard,
            Kind::Loan => AccountType::Loan,
        }
    }

    /// Cards and loans have no number that money could be sent to.
    pub(crate) fn takes_payments(&self) -> bool {
        match self.kind {
            Kind::Operating | Kind::Reserve | Kind::Foreign | Kind::Former => true,
            Kind::Card | Kind::Loan => false,
        }
    }
}
