//! What is true of every endpoint, added to the description that the handlers make.

use utoipa::{
    OpenApi, PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, OpenApi as Description, Ref, RefOr, ResponseBuilder,
        path::Operation,
        schema::Type,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use super::error::Body;

#[derive(OpenApi)]
#[openapi(info(
    title = "Waycore, simulated",
    description = "Waycore's public API as far as it is documented. Where the documents are silent, DIFFERENCES.md says what \
                   the simulator does. No bank is behind it."
))]
struct Frame;

/// The name of the security scheme.
const KEY: &str = "apiKey";

/// Refusals that any endpoint can give: with status and reason.
const ANYWHERE: [(&str, &str); 7] = [
    ("400", "something about the request cannot be used"),
    ("401", "no valid API key"),
    ("403", "the key lacks the scope"),
    ("409", "the state does not allow it, or it exists already"),
    ("413", "a body of more than 1 MiB"),
    ("429", "too many requests, or too early: see Retry-After"),
    ("5XX", "a fault of the simulator's, made on demand"),
];

pub(super) fn complete(mut description: Description) -> Description {
    let frame = Frame::openapi();
    description.info = frame.info;
    let mut components = description.components.take().unwrap_or_default();
    components.schemas.insert(Body::name().into_owned(), Body::schema());
    let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key")).build();
    components.add_security_scheme(KEY, SecurityScheme::Http(key));
    description.components = Some(components);
    description.security = Some(vec![SecurityRequirement::new(KEY, Vec::<String>::new())]);
    for (path, item) in &mut description.paths.paths {
        let has_id = path.contains('{') || ["/v1/connections", "/v1/transfers"].contains(&path.as_str());
        let all = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in all.into_iter().flatten() {
            refusals(operation, has_id);
        }
    }
    description
}

fn refusals(operation: &mut Operation, has_id: bool) {
    let missing = has_id.then_some(("404", "not found, or not visible to this key"));
    for (status, why) in ANYWHERE.into_iter().chain(missing) {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Body::name()))).build();
        let mut refusal = ResponseBuilder::new().description(why).content("application/json", content);
        if status == "429" {
            let seconds = ObjectBuilder::new().schema_type(Type::String);
            refusal = refusal.header("Retry-After", HeaderBuilder::new().schema(Some(seconds)).build());
        }
        operation.responses.responses.insert(status.to_owned(), RefOr::T(refusal.build()));
    }
}
