//! Reads pages: their tags, and their text as somebody reads it.

use html5gum::{State, Token as HtmlToken, Tokenizer};

use crate::answer::Answer;

/// A start tag with its attributes, their values decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Start(Tag),
    End(String),
    /// Text between two tags, decoded.
    Text(String),
}

impl Tag {
    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Splits HTML into tags and text as a browser does. What `<noscript>` holds is read as markup, as a browser without
/// JavaScript reads it. Comments are left out.
pub(crate) fn tokens(html: &str) -> Vec<Token> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut tokenizer = Tokenizer::new(html);
    let mut tokens = Vec::new();
    while let Some(Ok(token)) = tokenizer.next() {
        match token {
            HtmlToken::StartTag(tag) => {
                let name = text(&tag.name);
                // Inside of these a tag is text.
                let raw = match name.as_str() {
                    "script" => Some(State::ScriptData),
                    "style" => Some(State::RawText),
                    "title" | "textarea" => Some(State::RcData),
                    _ => None,
                };
                if let Some(state) = raw {
                    tokenizer.set_last_start_tag(Some(&name));
                    tokenizer.set_state(state);
                }
                let attributes =
                    tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect();
                tokens.push(Token::Start(Tag { name, attributes }));
            }
            HtmlToken::EndTag(tag) => tokens.push(Token::End(text(&tag.name))),
            HtmlToken::String(found) => tokens.push(Token::Text(text(&found))),
            HtmlToken::Comment(_) | HtmlToken::Doctype(_) | HtmlToken::Error(_) => {}
        }
    }
    tokens
}

/// What an element with the name holds, from its start tag to its end tag, for each such element that `wanted` accepts.
/// Elements of the name do not contain each other.
pub(crate) fn elements<'a>(
    tokens: &'a [Token],
    name: &str,
    wanted: impl Fn(&Tag) -> bool,
) -> Vec<&'a [Token]> {
    let begins = |token: &Token| matches!(token, Token::Start(tag) if tag.name == name && wanted(tag));
    let starts = tokens.iter().enumerate().filter(|(_, token)| begins(token));
    let until_end = |(start, _): (usize, &Token)| {
        let inside = &tokens[start..];
        let ends = |token: &Token| matches!(token, Token::End(end) if end == name);
        &inside[..inside.iter().position(ends).unwrap_or(inside.len())]
    };
    starts.map(until_end).collect()
}

/// The texts, trimmed, without empty ones.
pub(crate) fn texts(tokens: &[Token]) -> Vec<&str> {
    let texts = tokens.iter().filter_map(|token| match token {
        Token::Text(text) => Some(text.trim()),
        Token::Start(_) | Token::End(_) => None,
    });
    texts.filter(|text| !text.is_empty()).collect()
}

/// Everything that is read there, in one line.
pub(crate) fn words(tokens: &[Token]) -> String {
    texts(tokens).join(" ")
}

/// The text of some HTML as it is read, in one line: without scripts, and with a space between two elements, but none around
/// a mark inside of a word.
pub(crate) fn text(html: &str) -> String {
    let mut text = String::new();
    let mut is_script = false;
    for token in tokens(html) {
        match token {
            Token::Text(found) if !is_script => text.push_str(&found),
            Token::Text(_) => {}
            Token::Start(Tag { name, .. }) | Token::End(name) if name == "mark" => {}
            Token::Start(Tag { name, .. }) => {
                is_script = name == "script";
                text.push(' ');
            }
            Token::End(_) => {
                is_script = false;
                text.push(' ');
            }
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of `<main>`.
#[track_caller]
pub(crate) fn main_text(page: &Answer) -> String {
    text(main_of(&page.body))
}

/// What `<main>` holds, without header and footer.
#[track_caller]
pub(crate) fn main_of(html: &str) -> &str {
    let main = between(html, "<main", "</main>");
    main.split_once('>').unwrap_or_else(|| panic!("an unfinished tag: {html}")).1
}

/// The row of a connection in the list.
#[track_caller]
pub(crate) fn row_of<'a>(html: &'a str, id: &str) -> &'a str {
    between(html, &format!("data-connection=\"{id}\""), "</li>").trim_start_matches(|letter| letter != '>')
}

/// The part of a page between two marks, each found from the left.
#[track_caller]
pub(crate) fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = html.split_once(start).unwrap_or_else(|| panic!("no {start} in {html}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end} after {start} in {html}")).0
}

/// The only tag that has this in it, such as `id="password"`.
#[track_caller]
pub(crate) fn tag<'a>(page: &'a Answer, attribute: &str) -> &'a str {
    let tags: Vec<&str> = tags(page, attribute).collect();
    let [only] = tags[..] else { panic!("{attribute} is in {tags:?}: {page:?}") };
    only
}

/// The tags that have this in them.
pub(crate) fn tags<'a>(page: &'a Answer, attribute: &str) -> impl Iterator<Item = &'a str> {
    let tags = page.body.split('<').skip(1).filter_map(|part| part.split('>').next());
    tags.filter(move |tag| tag.contains(attribute))
}

/// The message beside a field that was refused. The field names it as its description, for a screen reader.
#[track_caller]
pub(crate) fn error_beside(page: &Answer, field: &str) -> String {
    let id = format!("{field}-error");
    let input = tag(page, &format!(" id=\"{field}\""));
    assert!(input.contains("aria-describedby=\"") && input.contains(&id), "{input}");
    let all = tokens(&page.body);
    let [message] = elements(&all, "p", |tag| tag.attribute("id") == Some(&id))[..] else {
        panic!("not one {id}: {page:?}")
    };
    words(message)
}

#[test]
fn markup_in_a_text_is_found_and_escaped_markup_is_not() {
    let page = concat!(
        "<!DOCTYPE html><title>a <b> title</title><!-- <i> --><script nonce=\"n\">1 < 2 && '<u>'</script>",
        "<p class='x' hidden title=\"it&#x27;s &lt;b&gt; \"mark>5 &lt; 6 <b",
        " id=bold/>!</b></p>",
    );
    let found = tokens(page);
    let names: Vec<_> = found
        .iter()
        .filter_map(|token| match token {
            Token::Start(tag) => Some(tag.name.as_str()),
            Token::End(_) | Token::Text(_) => None,
        })
        .collect();
    assert_eq!(names, ["title", "script", "p", "b"]);
    let [paragraph] = elements(&found, "p", |_| true)[..] else { panic!("{found:?}") };
    let Token::Start(tag) = &paragraph[0] else { panic!("{paragraph:?}") };
    assert_eq!(tag.attribute("title"), Some("it's <b> "));
    assert_eq!((tag.attribute("hidden"), tag.attribute("mark")), (Some(""), Some("")));
    assert_eq!(words(paragraph), "5 < 6 !");
    assert_eq!(words(&found[..3]), "a <b> title");
}
