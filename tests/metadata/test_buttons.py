"""Tests that texts name what to press as the interface of their language does."""

from collections.abc import Mapping
import re

import pytest

from .package import Json, english, leaves, read_json
from .test_translations import FILES, OTHERS

# What Home Assistant's own interface says.
HOME_ASSISTANT: Mapping[str, Mapping[str, str]] = {
    "Settings →": {
        "de": "Einstellungen →",
        "es": "Configuración →",
        "fr": "Paramètres →",
        "it": "Impostazioni →",
        "nl": "Instellingen →",
        "pl": "Ustawienia →",
        "sv": "Inställningar →",
    },
    "→ Devices & services": {
        "de": "→ Geräte & Dienste",
        "es": "→ Dispositivos y servicios",
        "fr": "→ Appareils et services",
        "it": "→ Dispositivi e servizi",
        "nl": "→ Apparaten en diensten",
        "pl": "→ Urządzenia oraz usługi",
        "sv": "→ Enheter och tjänster",
    },
    "→ Application credentials": {
        "de": "→ OAuth-Anmeldedaten",
        "es": "→ Credenciales de la aplicación",
        "fr": "→ Informations d'identification de l'application",
        "it": "→ Credenziali dell'applicazione",
        "nl": "→ Toepassingsreferenties",
        "pl": "→ Poświadczenia aplikacji",
        "sv": "→ Autentiseringsuppgifter för appar",
    },
    "*Reconfigure*": {
        "de": "*Neu konfigurieren*",
        "es": "*Reconfigurar*",
        "fr": "*Reconfigurer*",
        "it": "*Riconfigura*",
        "nl": "*Herconfigureer*",
        "pl": "*Rekonfiguracja*",
        "sv": "*Konfigurera om*",
    },
    "*Submit*": {
        "de": "*OK*",
        "es": "*Enviar*",
        "fr": "*Valider*",
        "it": "*Invia*",
        "nl": "*Verzend*",
        "pl": "*Zatwierdź*",
        "sv": "*Bekräfta*",
    },
}


def _labels(texts: Json) -> list[str]:
    """Return what our own buttons and choices are called."""
    subentries = texts["config_subentries"]
    return [
        texts["config"]["initiate_flow"]["user"],
        *(subentries[kind]["initiate_flow"]["user"] for kind in sorted(subentries)),
        texts["entity"]["button"]["push_now"]["name"],
        *(texts["selector"]["whose"]["options"][key] for key in ("mine", "later")),
    ]


@pytest.mark.parametrize("language", OTHERS)
def test_buttons_of_home_assistant(language: str) -> None:
    """A way through the settings is told by the words that stand there."""
    ours = dict(leaves(read_json(FILES[language])))
    for path, text in leaves(english()):
        for term, said in HOME_ASSISTANT.items():
            assert term not in text or said[language] in ours[path], (path, term)


@pytest.mark.parametrize("language", OTHERS)
def test_buttons_of_our_own(language: str) -> None:
    """What we call a button is what we say is to be pressed."""
    texts = read_json(FILES[language])
    ours = dict(leaves(texts))
    for path, text in leaves(english()):
        for label, said in zip(_labels(english()), _labels(texts), strict=True):
            assert f"*{label}*" not in text or f"*{said}*" in ours[path], (path, label)


@pytest.mark.parametrize("language", FILES)
def test_numbers_stand_apart(language: str) -> None:
    """No text needs a singular: a number stands behind a colon or in brackets."""
    for path, text in leaves(read_json(FILES[language])):
        assert not re.search(r"(?<!: )(?<!\()\{count\}", text), path
