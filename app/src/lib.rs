//! Everything that renders: pages on the server, islands in the browser.
