//! Schemas of the types whose JSON is not that of their fields.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, Ref, RefOr, SchemaFormat,
        schema::{AnyOfBuilder, Schema, Type},
    },
};

use super::{
    Connection, Date, DateTime, Decimal, ReadyConnection, RemovedTransaction, SetupConnection, Transaction,
    TransactionEvent,
};

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

impl PartialSchema for Decimal {
    fn schema() -> RefOr<Schema> {
        // The documents' own pattern.
        text().pattern(Some(r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$")).into()
    }
}

impl ToSchema for Decimal {}

impl PartialSchema for Date {
    fn schema() -> RefOr<Schema> {
        text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).into()
    }
}

impl ToSchema for Date {}

impl PartialSchema for DateTime {
    fn schema() -> RefOr<Schema> {
        text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).into()
    }
}

impl ToSchema for DateTime {}

impl PartialSchema for Connection {
    /// Kind `ready` or kind `setup`.
    fn schema() -> RefOr<Schema> {
        let one = |name: Cow<'static, str>| Ref::from_schema_name(name);
        AnyOfBuilder::new().item(one(ReadyConnection::name())).item(one(SetupConnection::name())).into()
    }
}

impl ToSchema for Connection {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((ReadyConnection::name().into_owned(), ReadyConnection::schema()));
        ReadyConnection::schemas(schemas);
        schemas.push((SetupConnection::name().into_owned(), SetupConnection::schema()));
        SetupConnection::schemas(schemas);
    }
}

impl PartialSchema for TransactionEvent {
    /// The whole transaction, or what is left of a removed one.
    fn schema() -> RefOr<Schema> {
        let transaction = AnyOfBuilder::new()
            .item(Ref::from_schema_name(Transaction::name()))
            .item(Ref::from_schema_name(RemovedTransaction::name()));
        ObjectBuilder::new()
            .property("eventId", text())
            .property("eventAt", DateTime::schema())
            .property("type", text())
            .property("transaction", transaction)
            .required("eventId")
            .required("eventAt")
            .required("type")
            .required("transaction")
            .into()
    }
}

impl ToSchema for TransactionEvent {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Transaction::name().into_owned(), Transaction::schema()));
        Transaction::schemas(schemas);
        schemas.push((RemovedTransaction::name().into_owned(), RemovedTransaction::schema()));
    }
}
