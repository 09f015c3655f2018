//! The procedural macros of Migratory: a thin shell over `migratory-build`. Use them through `migratory`.

use proc_macro::TokenStream;

/// What `migratory::migrations!` expands to.
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    migratory_build::expand(input.into()).into()
}
