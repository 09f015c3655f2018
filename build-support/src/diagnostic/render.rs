use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Renderer, Snippet};

use super::{Diagnostic, Level, Place};
use crate::Span;

/// Whether escape codes for colours are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    Never,
    /// Escape codes, for a terminal.
    Always,
}

/// The finding as a person reads it: rustc's form. `text` gives a file's text by its path in the directory, `root` is printed before the path.
///
/// A span that does not fit its text is cut to it, so any finding can be rendered.
pub fn render<'t>(
    diagnostic: &Diagnostic,
    root: &str,
    text: &dyn Fn(&str) -> Option<&'t str>,
    color: Color,
) -> String {
    let title = format!("{} [{}]", diagnostic.message, diagnostic.code);
    let group = level(diagnostic.level)
        .primary_title(title)
        .elements(places(diagnostic, root, text))
        .elements(remarks(diagnostic, root, text));
    let renderer = match color {
        Color::Never => Renderer::plain(),
        Color::Always => Renderer::styled(),
    };
    renderer.decor_style(DecorStyle::Ascii).render(&[group])
}

/// [`render`] without the word for the level in front, for a compiler that puts its own there.
pub fn render_untitled<'t>(
    diagnostic: &Diagnostic,
    root: &str,
    text: &dyn Fn(&str) -> Option<&'t str>,
) -> String {
    let rendered = render(diagnostic, root, text, Color::Never);
    match rendered.split_once(": ") {
        Some((_, rest)) => rest.to_owned(),
        None => rendered,
    }
}

fn level(level: Level) -> annotate_snippets::Level<'static> {
    match level {
        Level::Allow | Level::Note => annotate_snippets::Level::NOTE,
        Level::Warn => annotate_snippets::Level::WARNING,
        Level::Deny => annotate_snippets::Level::ERROR,
    }
}

/// A snippet for each file that a place points into, the finding's own file first.
fn places<'t>(
    diagnostic: &Diagnostic,
    root: &str,
    text: &dyn Fn(&str) -> Option<&'t str>,
) -> Vec<Element<'t>> {
    let Some(place) = &diagnostic.place else {
        return vec![Origin::path(root.to_owned()).into()];
    };
    let primary = shown(place, text);
    let mut elements: Vec<Element<'t>> = Vec::new();
    let mut snippets: Vec<(&str, &'t str, Vec<Annotation<'t>>)> = Vec::new();
    match primary {
        Some((span, source)) => {
            let annotation = mark(AnnotationKind::Primary, span, source, &diagnostic.label);
            snippets.push((&place.file, source, vec![annotation]));
        }
        None => elements.push(Origin::path(path(root, &place.file)).into()),
    }
    for (place, label) in &diagnostic.related {
        let Some((span, source)) = shown(place, text) else {
            continue;
        };
        let annotation = mark(AnnotationKind::Context, span, source, label);
        match snippets.iter_mut().find(|(file, ..)| *file == place.file) {
            Some((.., annotations)) => annotations.push(annotation),
            None => snippets.push((&place.file, source, vec![annotation])),
        }
    }
    elements.extend(snippets.into_iter().map(|(file, source, annotations)| {
        let snippet = Snippet::source(source).path(path(root, file));
        snippet.annotations(annotations).into()
    }));
    elements
}

/// The lines below the snippets: related places that no snippet can show, notes, ways out.
fn remarks<'t>(
    diagnostic: &Diagnostic,
    root: &str,
    text: &dyn Fn(&str) -> Option<&'t str>,
) -> Vec<Element<'static>> {
    let unshown = diagnostic
        .related
        .iter()
        .filter(|(place, _)| shown(place, text).is_none())
        .map(|(place, label)| format!("{}: {label}", path(root, &place.file)));
    let notes = unshown.chain(diagnostic.notes.iter().cloned());
    let note = |text| {
        annotate_snippets::Level::NOTE
            .message(printable(text))
            .into()
    };
    let help = |text| {
        annotate_snippets::Level::HELP
            .message(printable(text))
            .into()
    };
    let helps = diagnostic.helps.iter().cloned().map(help);
    notes.map(note).chain(helps).collect()
}

/// The stretch and the text of a place that a snippet can show.
fn shown<'t>(place: &Place, text: &dyn Fn(&str) -> Option<&'t str>) -> Option<(Span, &'t str)> {
    place.span.zip(text(&place.file))
}

fn mark<'t>(kind: AnnotationKind, span: Span, source: &str, label: &str) -> Annotation<'t> {
    let annotation = kind.span(fit(span, source));
    if label.is_empty() {
        annotation
    } else {
        annotation.label(printable(label.to_owned()))
    }
}

/// The span cut to the text, and widened to whole characters.
fn fit(span: Span, source: &str) -> Range<usize> {
    let boundary = |offset: &usize| source.is_char_boundary(*offset);
    let start = (0..=span.start.min(source.len()))
        .rev()
        .find(boundary)
        .unwrap_or(0);
    let end = (span.end.min(source.len())..=source.len())
        .find(boundary)
        .unwrap_or(source.len());
    start..end.max(start)
}

/// Control characters made visible: a file's name or a quoted piece of SQL may hold escape codes.
fn printable(text: String) -> String {
    annotate_snippets::normalize_untrusted_str(&text)
}

fn path(root: &str, file: &str) -> String {
    if root.is_empty() {
        file.to_owned()
    } else {
        format!("{root}/{file}")
    }
}
