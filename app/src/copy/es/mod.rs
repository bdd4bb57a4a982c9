//! Spanish.

mod pages;

use domain::status_label::{StatusLabel, SyncLabel};

use super::{ErrorWords, Say};

pub(super) use pages::PAGES;

pub(super) static ERRORS: ErrorWords = ErrorWords {
    signed_out: "Ha cerrado la sesión. Inicie sesión de nuevo y vuelva a esta página.",
    sign_in_unavailable: "No se puede comprobar su inicio de sesión en este momento. Inténtelo de nuevo dentro de un minuto.",
    forbidden: "Puede ver las conexiones bancarias, pero no cambiarlas. Pida a una persona gestora de su empresa que lo haga.",
    other_site_read: "Esto se abrió desde otro sitio web. Abra la página aquí y vuelva a intentarlo.",
    other_site: "Este cambio llegó desde otro sitio web, así que no se hizo nada. Abra la página aquí e inténtelo de nuevo.",
    not_found: "No existe esa conexión bancaria en su empresa. Puede que se haya eliminado.",
    conflict: "La conexión ha cambiado entretanto. Mire su estado actual e inténtelo de nuevo.",
    rate_limited: "Hubo demasiadas solicitudes a la vez. Espere un momento e inténtelo de nuevo.",
    entity_unresolved: "No se pudo asociar su empresa con su registro en Waycore. No se envió nada. Contacte con soporte.",
    misconfigured: "Las conexiones bancarias no están bien configuradas por nuestra parte. No se ha perdido nada. Contacte con soporte.",
    unavailable: "No se puede contactar con Waycore en este momento. No se ha perdido nada. Inténtelo de nuevo dentro de un minuto.",
    trouble: "Algo por nuestra parte no funciona en este momento. No se ha perdido nada. Inténtelo de nuevo dentro de un minuto.",
    outcome_unknown: "No podemos saber si esto se ha hecho. Compruebe su lista de bancos antes de intentarlo de nuevo.",
    unreadable_form: "No se pudo leer el formulario. Recargue la página e inténtelo de nuevo.",
    form_too_long: "El formulario es demasiado largo, así que no se hizo nada. Vuelva atrás en su navegador, acorte el texto y envíelo de nuevo.",
    refused: "Waycore no aceptó estos datos. Revíselos e inténtelo de nuevo.",
    choose_bank: "Elija su banco en la lista.",
    unknown_bank: "Este banco ya no está en la lista. Búsquelo de nuevo.",
    portal_missing: "Escriba la dirección del portal de su banco.",
    portal_too_long: "La dirección es demasiado larga. Puede tener como máximo 2048 caracteres.",
    portal_not_https: "La dirección debe empezar por https://. Cópiela de su navegador con la página de acceso del banco abierta.",
    portal_user_info: "La dirección no debe contener un nombre de usuario ni una contraseña. Borre todo lo que hay después de https:// hasta el signo @, incluido este.",
    portal_malformed: "Esta no es una dirección web completa. Cópiela de su navegador con la página de acceso del banco abierta.",
    portal_spaces: "La dirección no debe contener espacios. Cópiela otra vez de su navegador.",
    portal_invisible: "La dirección contiene un carácter que no se ve. Cópiela otra vez de la barra de direcciones de su navegador o escríbala.",
    portal_not_of_bank: "Este portal no es del banco que eligió. Elija uno de sus portales.",
    own_portal_refused: "Waycore no acepta esta dirección para el banco que eligió. Revísela o elija uno de los portales de arriba.",
    name_too_long: "El nombre es demasiado largo. Puede tener como máximo 200 caracteres.",
    issued_too_long: "Esto es demasiado largo. Puede tener como máximo 1000 caracteres. Copie solo lo que emitió el banco.",
    text_invisible: "Esto contiene caracteres que no se ven. Bórrelo y escríbalo en lugar de pegarlo.",
    user_active_missing: "Confirme que el usuario delegado está activo. Si su banco aún tiene que autorizarlo, vuelva más tarde.",
    terms_missing: "Acepte las condiciones de uso para terminar la configuración.",
};

pub(super) fn island(said: Say) -> &'static str {
    match said {
        Say::Bank => "Banco",
        Say::BankPortal => "Portal bancario",
        Say::UsualPortal => "portal habitual",
        Say::SearchFailed => "La búsqueda no responde. Escriba de nuevo para reintentarlo.",
        Say::Chosen => "elegido",
        Say::CopyFailed => "Aquí no se puede copiar. Seleccione el texto.",
        Say::Resume => "Reanudar",
        Say::DiscardDraft => "Descartar borrador",
        Say::UnnamedDraft => "Banco aún sin elegir",
        Say::SavedToday => "guardado hoy",
        Say::SavedYesterday => "guardado ayer",
        Say::LiveTrouble => "Las actualizaciones en directo se han interrumpido. Reintentando.",
        Say::NewsWaiting => "Hay novedades.",
        Say::ShowNews => "Mostrarlas",
        Say::NewsClears => "Lo que ha escrito aquí se borrará.",
        Say::OfflineTitle => "No se puede cargar la página",
        Say::Offline => {
            "No se puede contactar con el servidor. Compruebe su conexión a internet e inténtelo de nuevo."
        }
        Say::NotSent => {
            "No se puede contactar con el servidor. Lo que escribió sigue aquí. Compruebe su conexión a internet e inténtelo de nuevo."
        }
        Say::Retry => "Intentarlo de nuevo",
        Say::SavedDays => "guardado hace {n} días",
        Say::ExpiresDay => "caduca en 1 día",
        Say::ExpiresDays => "caduca en {n} días",
        Say::Gone => "Eliminada",
        Say::NewTransactions => "Hay movimientos nuevos",
    }
}

pub(super) fn looks_like(bank: &str) -> String {
    format!("Parece que es {bank}, que está en la lista. Elíjalo o confirme que el suyo es otro banco.")
}

pub(super) fn bank_is_connected(bank: &str) -> String {
    format!("{bank} está conectado")
}

pub(super) fn transactions_shown(count: usize, has_more: bool, is_older: bool) -> String {
    match (count, has_more, is_older) {
        (1, _, true) => "1 movimiento anterior".to_owned(),
        (count, _, true) => format!("{count} movimientos anteriores"),
        (1, false, false) => "1 movimiento".to_owned(),
        (count, true, false) => format!("Primeros {count} movimientos"),
        (count, false, false) => format!("{count} movimientos"),
    }
}

pub(super) fn banks_found(count: usize, has_more: bool) -> String {
    match (count, has_more) {
        (0, _) => "No se encontró ningún banco. Pruebe otra grafía o use el enlace de abajo.".to_owned(),
        (count, true) => format!("Los primeros {count}. Siga escribiendo."),
        (1, false) => "1 banco encontrado".to_owned(),
        (count, false) => format!("{count} bancos encontrados"),
    }
}

pub(super) fn connections_shown(count: usize, has_more: bool) -> String {
    match (count, has_more) {
        (count, true) => format!("Primeras {count} conexiones"),
        (1, false) => "1 conexión".to_owned(),
        (count, false) => format!("{count} conexiones"),
    }
}

pub(super) fn use_instead(bank: &str, domain: &str) -> String {
    format!("Usar {bank} ({domain}) en su lugar")
}

pub(super) fn status_label(label: StatusLabel) -> &'static str {
    match label {
        StatusLabel::SetupInProgress => "Configuración en curso",
        StatusLabel::Activating => "Activando",
        StatusLabel::Connected => "Conectado",
        StatusLabel::ReauthenticationRequired => "Requiere nuevo acceso",
        StatusLabel::Error => "Error",
        StatusLabel::NeedsCorrection => "Necesita corrección",
        StatusLabel::Paused => "En pausa",
        StatusLabel::Revoked => "Revocado",
        StatusLabel::Checking => "Comprobando con Waycore",
    }
}

pub(super) fn sync_label(label: SyncLabel) -> &'static str {
    match label {
        SyncLabel::NotSyncing => "Sin sincronizar ahora",
        SyncLabel::Syncing => "Sincronizando ahora",
        SyncLabel::Unknown => "Comprobando con Waycore",
    }
}

pub(super) fn items_unreadable(count: usize) -> String {
    if count == 1 {
        "1 elemento no se ha podido leer".to_owned()
    } else {
        format!("{count} elementos no se han podido leer")
    }
}

pub(super) fn ago(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..60 => return "ahora mismo".to_owned(),
        60..3_600 => (seconds / 60, "minuto"),
        3_600..86_400 => (seconds / 3_600, "hora"),
        _ => (seconds / 86_400, "día"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("hace {count} {unit}{plural}")
}

pub(super) fn wait(seconds: u64) -> String {
    let (count, unit) = match seconds {
        ..60 => (seconds, "segundo"),
        60..3_600 => (seconds.div_ceil(60), "minuto"),
        _ => (seconds.div_ceil(3_600), "hora"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}
