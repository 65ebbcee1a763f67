//! What is said of connections and of the custody of keys.

use studio::Ms;

/// The texts of the connection page that are about keys, and about several connections.
pub struct CustodyTexts {
    // the list
    pub list: &'static str,
    pub add: &'static str,
    pub name: &'static str,
    pub in_use: &'static str,
    pub delete: fn(name: &str) -> String,
    pub deleted: fn(name: &str) -> String,
    pub lock: &'static str,
    pub locked: &'static str,
    // where keys are
    pub in_tab: &'static str,
    pub in_browser: fn(until: Option<Ms>) -> String,
    pub in_open_vault: &'static str,
    pub in_locked_vault: &'static str,
    // fields
    pub token: &'static str,
    pub have_token: &'static str,
    pub token_missing: &'static str,
    pub show: &'static str,
    pub hide: &'static str,
    pub show_it: fn(what: &str) -> String,
    pub ends_in: fn(ending: String) -> String,
    pub moved: &'static str,
    // the four ways
    pub keeping: &'static str,
    pub tab: &'static str,
    pub tab_text: &'static str,
    pub remembered: &'static str,
    pub remembered_text: &'static str,
    pub until: &'static str,
    pub spans: [&'static str; 6],
    pub vault: &'static str,
    pub vault_text: &'static str,
    pub vault_missing: &'static str,
    pub relay: &'static str,
    pub relay_text: &'static str,
    pub shared: fn(origin: &str) -> String,
    pub not_kept: &'static str,
    // the vault
    pub passphrase: &'static str,
    pub new_passphrase: &'static str,
    pub passphrase_advice: &'static str,
    pub locked_text: &'static str,
    pub unlock_and_use: &'static str,
    pub passphrase_missing: &'static str,
    pub passphrase_short: &'static str,
    pub passphrase_wrong: &'static str,
    // the way out
    pub everything: &'static str,
    pub to_everything: &'static str,
}
