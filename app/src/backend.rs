//! The port: all that pages and server functions may ask of what lies behind them. No implementation here.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use domain::{ids::UserId, status_label::StatusLabel};
use leptos::prelude::use_context;

use crate::{
    components::verbatim_names,
    error::WireError,
    model::{
        Accounts, Advice, Connection, ConnectionPage, Institution, Institutions, Started, TransactionPage,
    },
    paths::Paths,
};

/// A host's customer. One customer is one Waycore entity.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Customer {
    /// Who vouches for the customer: the token's issuer, or `demo`.
    pub issuer: String,
    /// The host's own customer id.
    pub org: String,
}

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Reads everything, changes nothing.
    Viewer,
    /// Connects and removes banks.
    Manager,
    /// The host's own backend; no person.
    Provisioner,
}

impl Role {
    /// Whether this role reaches the customer's pages at all.
    pub fn reads(self) -> bool {
        matches!(self, Self::Viewer | Self::Manager)
    }

    /// Whether this role may change a connection.
    pub fn changes(self) -> bool {
        matches!(self, Self::Manager)
    }
}

/// Who is asking, as the host's identity says; never as the browser says.
#[derive(Debug, Clone)]
pub struct Caller {
    pub customer: Customer,
    pub user: UserId,
    pub role: Role,
    pub org_name: Option<String>,
    pub name: Option<String>,
    /// The person's language and region, a BCP 47 tag, if the host knows it; else the browser is asked.
    pub locale: Option<String>,
}

/// Which part of a list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Waycore's status text.
    pub status: Option<String>,
    /// A cursor that this port gave out.
    pub cursor: Option<String>,
}

/// What the customer entered in step 1, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct StartConnection {
    pub institution_id: Option<String>,
    pub portal_url: Option<String>,
    /// "My portal is not here": the address of a portal of the chosen bank that the catalog lacks. It takes the place of
    /// `portal_url`.
    pub own_portal: Option<String>,
    pub requested_name: Option<String>,
    /// "This is a different bank": a match in the catalog was seen and denied.
    pub not_listed: bool,
    /// The form is the one for banks that are not in the list.
    pub unlisted: bool,
    /// "I have checked the address": a suspicious one was seen and confirmed. By our own forms it is the host that was
    /// asked about, so that it counts for no other; by programs `true` or `on`.
    pub address_checked: Option<String>,
    /// The connection whose address is corrected by this one.
    pub again: Option<String>,
    /// Whether to refuse, rather than to create, while another portal of the same bank is connected.
    pub ask_first: bool,
}

/// What the customer entered in step 3. No `Debug`: it holds a password.
#[derive(Default)]
pub struct FinishSetup {
    pub bank_username: Option<String>,
    pub bank_customer_id: Option<String>,
    pub password: Option<String>,
    pub delegated_user_active: bool,
    pub accept_terms: bool,
    /// A password was typed before, is not there any more, and nobody has said to go on without it.
    pub password_dropped: bool,
}

/// What a bank issued, handed over again. No `Debug`: it holds a password.
#[derive(Default)]
pub struct Credentials {
    pub bank_username: Option<String>,
    pub bank_customer_id: Option<String>,
    pub password: Option<String>,
    /// As in [`FinishSetup`].
    pub password_dropped: bool,
}

/// Something that a page shows: as it is now, or as it was when Waycore last answered.
#[derive(Debug, Clone)]
pub struct Kept<T> {
    pub what: T,
    /// RFC 3339; `None`: now.
    pub as_of: Option<String>,
}

/// What a person who looks at the list may want to know besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visit {
    /// The id of the last event that what is read from now on has in it.
    pub heard: String,
    /// The connections whose state changed while the person was away.
    pub changed: Vec<String>,
}

/// Which transactions of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransactionQuery {
    pub account_id: Option<String>,
    /// The first day, `YYYY-MM-DD`, and the last.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Somewhere in a description, a name or a reference, in whatever case.
    pub text: Option<String>,
    pub cursor: Option<String>,
}

/// What can be shown of something that only Waycore keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Region<T> {
    Here(T),
    /// The host's key does not reach it.
    NotGranted,
    /// Waycore did not say it at once.
    Silent,
    /// Waycore answered something that is not of the documented form.
    Unreadable,
    /// Too many requests: for Waycore, or for the customer's share of the key.
    TooMany,
    /// Waycore refuses the key, or what the server asks by itself.
    Misconfigured,
    /// Waycore refuses what the customer asks for.
    Refused,
}

impl<T> Region<T> {
    /// The same of what is made of it.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Region<U> {
        match self {
            Self::Here(it) => Region::Here(make(it)),
            Self::NotGranted => Region::NotGranted,
            Self::Silent => Region::Silent,
            Self::Unreadable => Region::Unreadable,
            Self::TooMany => Region::TooMany,
            Self::Misconfigured => Region::Misconfigured,
            Self::Refused => Region::Refused,
        }
    }
}

/// The accounts of a connection, and what moved on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    pub accounts: Region<Accounts>,
    pub transactions: Region<TransactionPage>,
    /// `None` on the pages after the first, and where there is nothing to draw.
    pub flow: Region<Option<Flow>>,
}

/// How the balance went, and what came in and went out, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub currency: String,
    /// The balance at the end of days, oldest first. Empty where a balance is not known.
    pub balances: Vec<DayBalance>,
    /// Oldest first.
    pub months: Vec<MonthFlow>,
    /// Accounts in other currencies are not in it.
    pub others_left_out: bool,
    /// There was more than is read for a page, so nothing was added up.
    pub too_much: bool,
    /// There are amounts that are too large to be added up.
    pub too_large: bool,
    /// How many transactions are not in it because Waycore's answer about them could not be read.
    pub unreadable: usize,
}

/// A balance at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayBalance {
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Decimal text.
    pub balance: String,
}

/// What moved in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthFlow {
    /// `YYYY-MM`.
    pub month: String,
    /// Decimal text, not negative, as the next.
    pub came_in: String,
    pub went_out: String,
}

/// A change of a connection's state that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// RFC 3339.
    pub at: String,
    /// `None` for the first.
    pub before: Option<StatusLabel>,
    /// `None` when it was gone.
    pub after: Option<StatusLabel>,
}

/// That somebody accepted the terms of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsReceipt {
    pub user: String,
    /// RFC 3339.
    pub at: String,
}

/// What is on record here about a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionRecord {
    /// Oldest first, as the next.
    pub changes: Vec<StateChange>,
    pub receipts: Vec<TermsReceipt>,
    /// Seconds until Waycore may be asked for a sync again, as far as it said so.
    pub sync_again_in: Option<u64>,
}

/// What is odd about what was typed for an unlisted bank.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coaching {
    pub notes: Vec<String>,
    /// Names and addresses in the notes.
    pub exact: Vec<String>,
    /// The host of a suspicious address, which is refused until it is confirmed.
    pub suspicious_host: Option<String>,
    /// The catalog's bank that it seems to be, or that it imitates. It is offered, and chosen by a person alone.
    pub matched: Option<Institution>,
}

impl Coaching {
    /// As the browser shows it.
    pub fn advice(self, paths: &Paths) -> Advice {
        let words = &crate::copy::pages::words().details;
        let is_suspicious = self.suspicious_host.is_some();
        let mut exact = self.exact;
        exact.extend(self.matched.iter().flat_map(verbatim_names));
        let link = self.matched.map(|bank| {
            let choose = match is_suspicious {
                true => crate::copy::use_instead(&bank.name, &bank.domain),
                false => {
                    let this = [words.coach_matches, " ", &bank.name, ", ", &bank.domain, ". "].concat();
                    this + words.coach_choose
                }
            };
            (paths.new_with_institution(&bank.institution_id), choose)
        });
        let (href, choose) = link.unwrap_or_default();
        let html = crate::wizard::help(&self.notes, &href, &choose, &exact);
        Advice { notes: self.notes, href, choose, html, confirm: self.suspicious_host.unwrap_or_default() }
    }
}

/// Banks to choose from before anything is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggested {
    pub banks: Vec<Institution>,
    /// They are what other customers of the host have chosen; else they are the catalog's first.
    pub often_chosen: bool,
}

/// Drives the onboarding of one customer. Every method proves that what it touches is the caller's own; somebody
/// else's answers exactly like what does not exist.
#[async_trait]
pub trait Onboarding: Send + Sync {
    /// Notes that somebody is here, before anything else is asked for them.
    async fn arrived(&self, caller: &Caller);
    /// The id of the last event that what is read from now on has in it.
    async fn heard(&self, caller: &Caller) -> Result<String, WireError>;
    /// Notes that the caller looks at the list.
    async fn visit(&self, caller: &Caller) -> Result<Visit, WireError>;
    /// The caller's connections, newest first.
    async fn list_connections(&self, caller: &Caller, query: ListQuery) -> Result<ConnectionPage, WireError>;
    /// At most 20 banks of the catalog, and whether more fit. Never selects one.
    async fn search_institutions(&self, caller: &Caller, query: &str) -> Result<Institutions, WireError>;
    /// One bank by its exact id.
    async fn institution(&self, caller: &Caller, id: &str) -> Result<Institution, WireError>;
    /// The catalog's bank that an unlisted name or portal seems to mean, if any.
    async fn match_institution(
        &self,
        caller: &Caller,
        requested_name: Option<&str>,
        portal_url: &str,
    ) -> Result<Option<Institution>, WireError>;
    /// Banks to choose from before anything is typed.
    async fn popular_banks(&self, caller: &Caller) -> Result<Suggested, WireError>;
    /// The caller's connections as they were last read; Waycore is not asked.
    async fn held_connections(&self, caller: &Caller) -> Result<Vec<Connection>, WireError>;
    /// What is odd about an unlisted bank. Waycore is not asked.
    async fn coach_portal(
        &self,
        caller: &Caller,
        requested_name: Option<&str>,
        portal_url: &str,
    ) -> Result<Coaching, WireError>;
    /// Creates the connection, or returns the one that exists.
    async fn start_connection(&self, caller: &Caller, input: StartConnection) -> Result<Started, WireError>;
    /// Reads one connection.
    async fn get_connection(&self, caller: &Caller, id: &str) -> Result<Connection, WireError>;
    /// The list for a page, which does not wait for Waycore if something can be shown.
    async fn look_at_list(
        &self,
        caller: &Caller,
        query: ListQuery,
    ) -> Result<Kept<ConnectionPage>, WireError>;
    /// A connection for a page, likewise.
    async fn look_at_connection(&self, caller: &Caller, id: &str) -> Result<Kept<Connection>, WireError>;
    /// What is on record about a connection of the caller's.
    async fn record(&self, caller: &Caller, id: &str) -> Result<ConnectionRecord, WireError>;
    /// The accounts of a connection.
    async fn list_accounts(&self, caller: &Caller, id: &str) -> Result<Accounts, WireError>;
    /// Transactions of a connection, a page of them.
    async fn list_transactions(
        &self,
        caller: &Caller,
        id: &str,
        query: TransactionQuery,
    ) -> Result<TransactionPage, WireError>;
    /// The same for a file, which wants all of them: ten times as many at once.
    async fn export_transactions(
        &self,
        caller: &Caller,
        id: &str,
        query: TransactionQuery,
    ) -> Result<TransactionPage, WireError>;
    /// Accounts and transactions for a page: it waits for neither for long.
    async fn look_at_money(
        &self,
        caller: &Caller,
        id: &str,
        query: TransactionQuery,
    ) -> Result<Money, WireError>;
    /// The customer says that the delegated user exists at the bank.
    async fn confirm_user_created(&self, caller: &Caller, id: &str) -> Result<Connection, WireError>;
    /// Hands over what the bank issued, if anything, and completes the setup.
    async fn submit_finish(
        &self,
        caller: &Caller,
        id: &str,
        input: FinishSetup,
    ) -> Result<Connection, WireError>;
    /// Hands over again what the bank issued; at least one value.
    async fn update_credentials(
        &self,
        caller: &Caller,
        id: &str,
        input: Credentials,
    ) -> Result<Connection, WireError>;
    /// Asks Waycore to read the bank now.
    async fn sync_connection(&self, caller: &Caller, id: &str) -> Result<Connection, WireError>;
    /// Removes a connection for good; `confirmation` is its name as a person typed it.
    async fn remove_connection(&self, caller: &Caller, id: &str, confirmation: &str)
    -> Result<(), WireError>;
}

/// The host product's page chrome, ready to be written.
#[derive(Debug, Clone, Default)]
pub struct Chrome {
    /// The host's own HTML, as it is: at the top of the body, and at its end.
    pub before: String,
    pub after: String,
    /// Style sheets after ours.
    pub style_sheets: Vec<String>,
    /// What a content security policy allows beside this site: for style sheets, and for their images and fonts.
    pub style_sources: String,
    pub asset_sources: String,
    /// A picture instead of our name.
    pub logo_url: Option<String>,
    /// "Back to …" in the header.
    pub home_url: Option<String>,
}

/// What a page shows of the deployment that it runs in.
#[derive(Debug, Clone)]
pub struct Site {
    /// Every URL of this mount.
    pub paths: Paths,
    /// A demo says so on every page.
    pub demo: bool,
    /// The host's page chrome.
    pub chrome: Arc<Chrome>,
    /// A person to ask, on error and support states.
    pub support_url: Option<String>,
    /// In a demo: what leads to the simulated portal of a bank, with a connection's id after it.
    pub simulated_portals: Option<String>,
    /// The host of the product, whose support is to be asked where no address of it is known.
    pub host_name: String,
    /// Exact guides by institution id.
    pub guides: Arc<HashMap<String, String>>,
}

impl Site {
    /// Waycore's guide to creating the delegated user at a connection's bank: the exact one if there is one.
    pub fn guide(&self, connection: &Connection) -> String {
        let exact = connection.institution_id.as_ref().and_then(|id| self.guides.get(id));
        exact.cloned().unwrap_or_else(|| crate::copy::GENERAL_GUIDE_LINK.to_owned())
    }

    /// Where links to the portal of a connection's bank lead in a demo, whose banks have addresses that lead nowhere.
    pub fn simulated_portal(&self, connection: &Connection) -> Option<String> {
        self.simulated_portals.as_ref().map(|base| format!("{base}{}", crate::paths::encode(&connection.id)))
    }
}

/// What a form has done, where the page after it would not show that it worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Done {
    /// What a bank issued was handed over again.
    HandedOver,
    /// A sync was asked for.
    Asked,
    /// A connection was removed.
    Removed,
    /// The setup had been finished before, without what the form has of what a bank issued, which was not sent.
    FinishedBefore,
}

/// The field that says that a password was typed and did not come back with the form. What it was is not in it.
pub const PASSWORD_DROPPED: &str = "password_dropped";

/// The message that a form left for the page after it, and what had been typed. Never a value that a bank issued.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Flash {
    #[serde(default)]
    pub done: Option<Done>,
    pub error: Option<domain::user_error::UserError>,
    /// What the form asks for only has to wait: nothing failed.
    #[serde(default)]
    pub has_to_wait: bool,
    pub values: Vec<(String, String)>,
}

impl Flash {
    /// What was typed into a field.
    pub fn value(&self, field: &str) -> String {
        self.values.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The message for one field.
    pub fn error_on(&self, field: &str) -> Option<String> {
        self.error.as_ref().filter(|error| error.field.as_deref() == Some(field)).map(|e| e.message.clone())
    }
}

/// What became of a form, for the page after it. Programs are not told.
#[derive(Debug, Default)]
pub struct FormOutcome {
    credentials_accepted: AtomicBool,
    credentials_left_out: AtomicBool,
    has_to_wait: AtomicBool,
}

impl FormOutcome {
    /// Notes that Waycore has accepted the credentials in the form, whatever fails after that.
    pub fn note_credentials_accepted(&self) {
        self.credentials_accepted.store(true, Ordering::Release);
    }

    pub fn credentials_accepted(&self) -> bool {
        self.credentials_accepted.load(Ordering::Acquire)
    }

    /// Notes that the credentials in the form were not sent: the setup had been finished before, without any.
    pub fn note_credentials_left_out(&self) {
        self.credentials_left_out.store(true, Ordering::Release);
    }

    pub fn credentials_left_out(&self) -> bool {
        self.credentials_left_out.load(Ordering::Acquire)
    }

    /// Notes that what the form asks for only has to wait.
    pub fn note_has_to_wait(&self) {
        self.has_to_wait.store(true, Ordering::Release);
    }

    pub fn has_to_wait(&self) -> bool {
        self.has_to_wait.load(Ordering::Acquire)
    }
}

/// All that rendering one request may know; the server provides it as context.
#[derive(Clone)]
pub struct RequestScope {
    pub onboarding: Arc<dyn Onboarding>,
    pub caller: Caller,
    pub site: Site,
    /// Finds the request's log lines.
    pub support_code: String,
    /// Names the customer in the browser's storage without telling who it is.
    pub draft_scope: String,
    /// The message that a form left for this page.
    pub flash: Flash,
    /// What becomes of the form that this request sends.
    pub outcome: Arc<FormOutcome>,
    /// The page is fetched again because it heard of something; so that was read and is on record.
    pub after_news: bool,
    /// What time it is: the distance to a moment is written by the server, so that no island has to tell time.
    pub now_millis: i64,
}

/// The scope of the request being rendered; absent while the route list is generated.
pub fn request_scope() -> Option<RequestScope> {
    use_context::<RequestScope>()
}
