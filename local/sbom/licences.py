"""Which licences may ship, and what is to be read where a library says nothing itself."""

from collections.abc import Iterator

from cyclonedx.model.component import Component
from cyclonedx.model.license import License, LicenseExpression
from license_expression import get_spdx_licensing

# SPDX identifiers. They ask to be named and shipped along and for no more, the LGPL aside: the package holds libraries
# under it as unchanged files of their own, which whoever receives it can replace, and remove the layer's bytecode.
ALLOWED = frozenset(
    {
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-3-Clause",
        "BSD-Attribution-HPND-disclaimer",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "MIT",
        "MIT-0",
        "OLDAP-2.8",
        "PostgreSQL",
        "PSF-2.0",
        "Unicode-3.0",
        "Unicode-DFS-2016",
        "Zlib",
    }
)
# What a wheel carries without a word on its licence, by name and as its own project says: shared objects, and the
# packages of the distribution that they were taken from.
UNSAID = {
    "cyrus-sasl-lib": "BSD-Attribution-HPND-disclaimer",
    "keyutils-libs": "LGPL-2.1-or-later",
    "libcom_err": "MIT",
    "libcrypt": "LGPL-2.1-or-later",
    "libcrypto": "Apache-2.0",
    "libgssapi_krb5": "MIT",
    "libk5crypto": "MIT",
    "libkeyutils": "LGPL-2.1-or-later",
    "libkrb5": "MIT",
    "libkrb5support": "MIT",
    "liblber": "OLDAP-2.8",
    "libldap": "OLDAP-2.8",
    "libpq": "PostgreSQL",
    "libsasl2": "BSD-Attribution-HPND-disclaimer",
    "libssl": "Apache-2.0",
    "libxcrypt": "LGPL-2.1-or-later",
    "openssl": "Apache-2.0",
}
# Of the classifiers that older libraries have instead of an expression, those that name one licence and no family.
CLASSIFIERS = {"License :: OSI Approved :: MIT License": "MIT"}

_LICENSING = get_spdx_licensing()


def refusals(components: list[Component], inside: str = "") -> Iterator[str]:
    """A line for each that is not allowed, or not known, and for what is inside of it."""
    for component in components:
        name = f"{inside}{component.name} {component.version or ''}".strip()
        licences = [text for it in component.licenses if (text := _text_of(it))]
        if not licences:
            yield f"{name}: its licence is not known"
        elif not all(is_allowed(text) for text in licences):
            yield f"{name}: {' and '.join(licences)} is not among the licences that may ship"
        yield from refusals(list(component.components), f"{name}, in it ")


def is_allowed(expression: str) -> bool:
    """Whether an SPDX expression can be met by allowed licences alone; what cannot be read cannot."""
    try:
        parsed = _LICENSING.parse(expression, validate=True)
    except Exception:  # noqa: BLE001  # of several libraries, and none says which
        return False
    return parsed is not None and _is_met(parsed)


def _is_met(parsed: object) -> bool:
    if isinstance(parsed, _LICENSING.OR):
        return any(_is_met(part) for part in parsed.args)
    if isinstance(parsed, _LICENSING.AND):
        return all(_is_met(part) for part in parsed.args)
    return str(parsed) in ALLOWED


def _text_of(licence: License) -> str:
    return licence.value if isinstance(licence, LicenseExpression) else licence.id or licence.name or ""
