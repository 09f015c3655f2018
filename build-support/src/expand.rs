use std::path::{Component, Path, PathBuf};

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};

use crate::inspect::{Options, inspect};
use crate::lock::Strictness;
use crate::outcome::{Handover, Outcome, VERSION, normal};

/// What `migratory::migrations!` expands to: the errors of the directory, or its typed list.
pub fn expand(input: TokenStream) -> TokenStream {
    match syn::parse2::<Invocation>(input) {
        Ok(invocation) => {
            let compilation = Compilation::current(invocation.literal);
            expansion(&invocation, &compilation, &inspected)
        }
        Err(error) => error.to_compile_error(),
    }
}

/// The macro does not know the profile that it is expanded for, so it asks for final migrations only under `CI`.
fn inspected(package: &Path, directory: &str) -> Outcome {
    let options = Options {
        strictness: Strictness::of(None, std::env::var("CI").ok().as_deref()),
        cache: None,
    };
    Outcome::new(&inspect(package, directory, &options))
}

/// `($crate) "migrations", schema, crate = path`, where `($crate)` comes from the shell in `migratory`.
struct Invocation {
    /// The path of the crate `migratory`.
    migratory: TokenStream,
    directory: String,
    /// Where the directory is written.
    literal: Option<Span>,
    /// Whether constants of table and column names are wanted.
    schema: bool,
}

impl Parse for Invocation {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let shell;
        syn::parenthesized!(shell in input);
        let mut invocation = Self {
            migratory: shell.parse()?,
            directory: "migrations".to_owned(),
            literal: None,
            schema: false,
        };
        if input.peek(syn::LitStr) {
            let literal: syn::LitStr = input.parse()?;
            invocation.literal = Some(literal.span());
            invocation.directory =
                normal(&literal.value()).map_err(|error| syn::Error::new(literal.span(), error))?;
            comma(input)?;
        }
        while !input.is_empty() {
            if input.peek(syn::Token![crate]) {
                input.parse::<syn::Token![crate]>()?;
                input.parse::<syn::Token![=]>()?;
                invocation.migratory = path(input)?;
            } else {
                let option: syn::Ident = input.parse()?;
                if option != "schema" {
                    return Err(syn::Error::new(
                        option.span(),
                        format!(
                            "no option is called `{option}`; there are `schema` and `crate = path`"
                        ),
                    ));
                }
                invocation.schema = true;
            }
            comma(input)?;
        }
        Ok(invocation)
    }
}

/// The tokens up to the next comma.
fn path(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut path = TokenStream::new();
    while !input.is_empty() && !input.peek(syn::Token![,]) {
        path.extend([input.parse::<TokenTree>()?]);
    }
    if path.is_empty() {
        return Err(input.error("a path belongs here, such as `crate = application::migratory`"));
    }
    Ok(path)
}

fn comma(input: ParseStream<'_>) -> syn::Result<()> {
    if !input.is_empty() {
        input.parse::<syn::Token![,]>()?;
    }
    Ok(())
}

/// What the expansion depends on besides its input.
struct Compilation {
    /// The folder of the package's `Cargo.toml`.
    package: Option<PathBuf>,
    /// The build script's folder, where there is a build script.
    out_dir: Option<PathBuf>,
    /// The file that invokes the macro; a language server may not know it.
    invoker: Option<PathBuf>,
    variable: fn(&str) -> Option<String>,
}

impl Compilation {
    fn current(literal: Option<Span>) -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        let absolute = |file: PathBuf| std::path::absolute(file).ok();
        Self {
            package: variable("CARGO_MANIFEST_DIR").map(PathBuf::from),
            out_dir: variable("OUT_DIR").map(PathBuf::from),
            invoker: literal
                .and_then(|span| span.unwrap().local_file())
                .and_then(absolute),
            variable,
        }
    }

    /// What the build script left for this directory.
    fn handed_over(&self, handover: &Handover) -> Result<Option<Outcome>, String> {
        let Some((version, out_dir)) =
            (self.variable)(&handover.variable()).zip(self.out_dir.as_ref())
        else {
            return Ok(None);
        };
        if version != VERSION {
            return Err(format!(
                "`migratory` is version {VERSION}, and `migratory-build` of the build script is version {version}: give both the same version in Cargo.toml"
            ));
        }
        // What cannot be read is checked again; nothing is lost but time.
        let text = crate::fs::read(&out_dir.join(handover.outcome())).ok();
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }

    /// An expression for the path of a file in the directory, without an absolute path in it wherever possible.
    fn path(&self, directory: &str, file: &str) -> TokenStream {
        let relative =
            self.package
                .as_ref()
                .zip(self.invoker.as_ref())
                .and_then(|(package, invoker)| {
                    let file = package.join(directory).join(file);
                    let relative = relative(invoker.parent()?, &file)?;
                    // Behind a symbolic link `..` leads elsewhere.
                    invoker
                        .parent()?
                        .join(&relative)
                        .exists()
                        .then_some(relative)
                });
        match relative {
            Some(relative) => quote!(#relative),
            None => {
                let rest = format!("/{directory}/{file}");
                quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #rest))
            }
        }
    }
}

fn expansion(
    invocation: &Invocation,
    compilation: &Compilation,
    inspected: &dyn Fn(&Path, &str) -> Outcome,
) -> TokenStream {
    let span = invocation.literal.unwrap_or_else(Span::call_site);
    let handover = Handover::new(&invocation.directory);
    let error = |message: &str| quote_spanned!(span=> ::core::compile_error!(#message););
    let Some(package) = &compilation.package else {
        return error(
            "migrations! finds its directory by the variable CARGO_MANIFEST_DIR, which cargo sets",
        );
    };
    let (outcome, items) = match compilation.handed_over(&handover) {
        Err(message) => return error(&message),
        Ok(Some(outcome)) => {
            let items = handed_over_items(invocation, &handover);
            (outcome, items)
        }
        Ok(None) => {
            let outcome = inspected(package, &invocation.directory);
            let items = own_items(invocation, compilation, &outcome);
            (outcome, items)
        }
    };
    let errors = outcome.errors.iter().map(|message| error(message));
    let modules = rust_modules(invocation, compilation, &outcome);
    let migratory = &invocation.migratory;
    quote! {
        #[allow(unused_imports)]
        use #migratory::__private as __migratory;
        #(#errors)*
        #modules
        #items
    }
}

/// The build script's files, which cost what `include!` costs.
fn handed_over_items(invocation: &Invocation, handover: &Handover) -> TokenStream {
    let files = [
        Some(handover.code()),
        invocation.schema.then(|| handover.schema()),
    ];
    let files = files.into_iter().flatten().map(|file| format!("/{file}"));
    quote!(#(::core::include!(::core::concat!(::core::env!("OUT_DIR"), #files));)*)
}

/// The items themselves, and a mention of every file for cargo, which rebuilds when one of them is edited.
fn own_items(invocation: &Invocation, compilation: &Compilation, outcome: &Outcome) -> TokenStream {
    let schema = if invocation.schema {
        outcome.schema.as_str()
    } else {
        ""
    };
    let text = format!("{}{schema}", outcome.code);
    let items = text.parse().unwrap_or_else(|error: proc_macro2::LexError| {
        let message = format!("the generated code cannot be read: {error}");
        quote!(::core::compile_error!(#message);)
    });
    let sound = outcome.errors.is_empty();
    let files = outcome.files.iter().filter(|_| sound);
    let files = files.map(|file| compilation.path(&invocation.directory, file));
    quote! {
        const _: &[&[u8]] = &[#(::core::include_bytes!(#files)),*];
        #items
    }
}

fn rust_modules(
    invocation: &Invocation,
    compilation: &Compilation,
    outcome: &Outcome,
) -> TokenStream {
    let modules = outcome.rust_modules.iter().map(|(module, file)| {
        let module = quote::format_ident!("{module}");
        let path = compilation.path(&invocation.directory, file);
        quote! {
            #[allow(unreachable_pub)]
            mod #module { ::core::include!(#path); }
        }
    });
    quote!(#(#modules)*)
}

/// The way from a folder to a file, with `/` between folders; `None` where there is none, as between drives.
fn relative(folder: &Path, file: &Path) -> Option<String> {
    let folder = parts(folder)?;
    let file = parts(file)?;
    let common = folder
        .iter()
        .zip(&file)
        .take_while(|(one, other)| one == other)
        .count();
    if common == 0 {
        return None;
    }
    let up = folder[common..].iter().map(|_| "..");
    let down = file[common..].iter().map(String::as_str);
    Some(up.chain(down).collect::<Vec<_>>().join("/"))
}

/// The parts of an absolute path, with `..` resolved.
fn parts(path: &Path) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop();
            }
            other => parts.push(other.as_os_str().to_str()?.to_owned()),
        }
    }
    path.is_absolute().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compilation(version: Option<&'static str>) -> Compilation {
        Compilation {
            package: Some("/somewhere/application".into()),
            out_dir: Some("/somewhere/target/out".into()),
            invoker: None,
            variable: match version {
                None => |_| None,
                Some("9.9.9") => |_| Some("9.9.9".to_owned()),
                Some(_) => |_| Some(VERSION.to_owned()),
            },
        }
    }

    fn outcome(errors: &[&str]) -> Outcome {
        Outcome {
            errors: errors.iter().map(|&error| error.to_owned()).collect(),
            warnings: Vec::new(),
            notes: Vec::new(),
            rust_modules: vec![("__migration_1".to_owned(), "1_x.rs".to_owned())],
            files: vec!["1_x.rs".to_owned(), "2_y.sql".to_owned()],
            twins: Vec::new(),
            code: "pub static CODE: u8 = 1;".to_owned(),
            schema: "pub mod schema {}".to_owned(),
        }
    }

    fn expanded(input: &str, version: Option<&'static str>, errors: &[&str]) -> String {
        let input: TokenStream = format!("(the_crate) {input}").parse().unwrap();
        match syn::parse2::<Invocation>(input) {
            Ok(invocation) => {
                let inspected = |_: &Path, _: &str| outcome(errors);
                expansion(&invocation, &compilation(version), &inspected).to_string()
            }
            Err(error) => error.to_compile_error().to_string(),
        }
    }

    /// An input, and parts of what it expands to.
    #[test]
    fn an_invocation_expands_to_its_directory() {
        let cases: &[(&str, &[&str])] = &[
            (
                "",
                &[
                    "use the_crate :: __private as __migratory",
                    "/migrations/2_y.sql",
                ],
            ),
            (
                "\"./db/migrations/\"",
                &["\"/db/migrations/2_y.sql\"", "pub static CODE"],
            ),
            (
                "\"m\", crate = crate::again",
                &["use crate :: again :: __private as"],
            ),
            ("\"m\", schema,", &["pub mod schema { }"]),
            (
                "schema, crate = a",
                &["use a :: __private as", "pub mod schema { }"],
            ),
            ("\"m\" schema", &["compile_error", "expected `,`"]),
            (
                "\"m\", shema",
                &["compile_error", "no option is called `shema`"],
            ),
            ("\"m\", crate =", &["compile_error", "a path belongs here"]),
            (
                "\"/m\"",
                &["compile_error", "must be relative to Cargo.toml"],
            ),
            ("7", &["compile_error"]),
        ];
        for (input, parts) in cases {
            let expanded = expanded(input, None, &[]);
            for part in *parts {
                assert!(expanded.contains(part), "{input}: {part}\n{expanded}");
            }
        }
    }

    #[test]
    fn names_of_tables_come_only_when_they_are_asked_for() {
        assert!(!expanded("\"m\"", None, &[]).contains("schema"));
    }

    #[test]
    fn every_error_is_one_and_the_names_stay() {
        let expanded = expanded("\"m\"", None, &["one", "two"]);
        assert_eq!(expanded.matches("compile_error !").count(), 2, "{expanded}");
        assert!(expanded.contains("pub static CODE"), "{expanded}");
    }

    /// F12.
    #[test]
    fn an_expansion_holds_no_absolute_path() {
        for invoker in [None, Some("/somewhere/application/src/main.rs")] {
            let invocation: Invocation = syn::parse_str("(c) \"m\"").unwrap();
            let compilation = Compilation {
                invoker: invoker.map(PathBuf::from),
                ..compilation(None)
            };
            let expanded = expansion(&invocation, &compilation, &|_, _| outcome(&[])).to_string();
            assert!(!expanded.contains("somewhere"), "{expanded}");
        }
    }

    #[test]
    fn crates_of_two_versions_are_one_readable_error() {
        let expanded = expanded("\"m\"", Some("9.9.9"), &["never asked for"]);
        let words = format!(
            "`migratory` is version {VERSION}, and `migratory-build` of the build script is version 9.9.9"
        );
        assert!(expanded.contains(&words), "{expanded}");
        assert_eq!(expanded.matches("compile_error !").count(), 1, "{expanded}");
        assert!(!expanded.contains("pub static"), "{expanded}");
    }

    #[test]
    fn a_result_that_cannot_be_read_is_made_again() {
        let expanded = expanded("\"m\"", Some(VERSION), &[]);
        assert!(expanded.contains("pub static CODE"), "{expanded}");
    }

    #[test]
    fn a_file_is_named_from_the_folder_of_the_one_that_invokes() {
        let cases = [
            ("/a/src", "/a/migrations/1.rs", Some("../migrations/1.rs")),
            ("/a/src/deep", "/a/../m/1.rs", Some("../../../m/1.rs")),
            ("/a", "/a/1.rs", Some("1.rs")),
            ("a", "/a/1.rs", None),
        ];
        for (folder, file, expected) in cases {
            let found = relative(Path::new(folder), Path::new(file));
            assert_eq!(found.as_deref(), expected, "{folder} {file}");
        }
    }
}
