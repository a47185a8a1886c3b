"""People and contact data: titles, roles, numbers and addresses as the page has them (D1 to D14)."""

from __future__ import annotations

import phonenumbers
import pytest
from rdflib import FOAF, SDO, Literal

from support.graph_facts import CG, ORG, SCHEMA, Facts


def test_frau_is_a_form_of_address(facts: Facts) -> None:
    """D1"""
    assert facts.of("person/reuter", FOAF.familyName) == {"Reuter"}
    assert facts.of("person/reuter", FOAF.givenName) == set()
    assert facts.of("person/reuter", SCHEMA.honorificPrefix) == {"Frau"}
    assert facts.of("cluster/optence", CG.hasContactPerson) == {"person/reuter"}


@pytest.mark.parametrize(
    ("person", "given", "family", "before", "after"),
    [
        ("christian-gundlach", "Christian", "Gundlach", "M.Sc.", ""),
        ("steffen-ullmann", "Steffen", "Ullmann", "", "M.A."),
        ("salome-lessmann", "Salome", "Leßmann", "", "B.Sc."),
        ("heiko-bartschat", "Heiko", "Bartschat", "", "Dipl.-Kfm. (Univ.)"),
        ("mirko-peglow", "Mirko", "Peglow", "Hon.-Prof. Dr.-Ing.", ""),
    ],
)
def test_degrees_stand_apart_from_the_name(
    facts: Facts, person: str, given: str, family: str, before: str, after: str
) -> None:
    """D2"""
    assert facts.of(f"person/{person}", FOAF.givenName) == {given}
    assert facts.of(f"person/{person}", FOAF.familyName) == {family}
    assert facts.of(f"person/{person}", SCHEMA.honorificPrefix) == ({before} if before else set())
    assert facts.of(f"person/{person}", SCHEMA.honorificSuffix) == ({after} if after else set())


def test_no_name_holds_a_title(facts: Facts) -> None:
    """D2"""
    people = facts.all(FOAF.Person)
    assert len(people) == 32
    for person in people:
        for name in facts.names(person) | facts.of(person, FOAF.givenName) | facts.of(person, FOAF.familyName):
            assert not {".", ",", "("} & set(name), person
            assert not name.startswith(("Frau", "Herr", "Prof", "Dr"))


@pytest.mark.parametrize(
    ("contact", "person", "roles"),
    [
        (
            "cluster-leistungselektronik",
            "peter-rechberger",
            {"Project & Innovation Manager", "Project Leader Custer-Internationalization"},
        ),
        ("merge", "katharina-goetz", {"Project manager MERGE", "Project assistance MERGEurope"}),
    ],
)
def test_two_role_lines_are_two_roles_of_one_person(facts: Facts, contact: str, person: str, roles: set[str]) -> None:
    """D3"""
    assert facts.of(f"contact/{contact}", ORG.member) == {f"person/{person}"}
    assert facts.texts(f"contact/{contact}", CG.role) == {(role, "en") for role in roles}
    assert facts.of(f"cluster/{contact}", CG.hasContact) == {f"contact/{contact}"}


@pytest.mark.parametrize(
    ("contact", "role", "language"),
    [
        pytest.param("arena2036", "Forschungskoordination & Internationalisierung", "de", id="D4 ARENA2036"),
        pytest.param(
            "elektromobilitaet-sued-west",
            "Internationale Zusammenarbeit, Förderpolitik",
            "de",
            id="D4 Elektromobilität",
        ),
        pytest.param("optonet", "Internationale Kooperationen", "de", id="D4 OptoNet"),
        pytest.param("sinn-i", "Project Managerin", "de", id="D5 SINN-i"),
        pytest.param("amz-sachsen", "Projektleiter TADA", "de", id="D5 AMZ Sachsen"),
        pytest.param("medical-mountains", "Vorstand MedicalMountains AG", "de", id="D5 Medical Mountains"),
    ],
)
def test_role_is_kept_as_written(facts: Facts, contact: str, role: str, language: str) -> None:
    assert facts.texts(f"contact/{contact}", CG.role) == {(role, language)}


def test_garthoff_has_a_function_and_is_no_contact(facts: Facts) -> None:
    """D6"""
    assert facts.of("cluster/bio-nrw", CG.hasContact) == set()
    assert facts.who(ORG.member, "person/bernward-garthoff") == {"membership/bernward-garthoff-bio-nrw"}
    assert facts.of("membership/bernward-garthoff-bio-nrw", CG.role) == {"state cluster manager for biotechnology"}
    assert facts.of("person/bernward-garthoff", SCHEMA.honorificPrefix) == {"Dr. med."}
    assert "membership/bernward-garthoff-bio-nrw" not in facts.all(CG.Contact)


def test_contact_of_effizienzcluster_has_no_person(facts: Facts) -> None:
    """D7"""
    contact = "contact/effizienzcluster-logistikruhr"
    assert facts.of("cluster/effizienzcluster-logistikruhr", CG.hasContact) == {contact}
    assert facts.of(contact, ORG.member) == set()
    assert facts.of(contact, ORG.organization) == {"organisation/effizienzcluster-management-gmbh"}
    assert facts.of(contact, SCHEMA.telephone) == {"+492089925255"}
    assert len([c for c in facts.all(CG.Contact) if not facts.of(c, ORG.member)]) == 1


def test_doubled_trunk_zero_is_dropped(facts: Facts) -> None:
    """D8"""
    assert facts.of("contact/wetzlar-network", SCHEMA.telephone) == {"+496441992051"}
    assert facts.of("contact/wetzlar-network", CG.telephoneAsWritten) == {"+49 (0) 06441/992051"}


def test_dot_inside_a_number_is_no_end(facts: Facts) -> None:
    """D9"""
    assert facts.of("contact/kunststoff-institut-luedenscheid", SCHEMA.telephone) == {"+4923511064195"}
    written = facts.of("contact/kunststoff-institut-luedenscheid", CG.telephoneAsWritten)
    assert written == {"+49 (0) 23 51.10 64-195"}


def numbers(facts: Facts) -> set[tuple[str, str]]:
    """Every contact with each of its numbers."""
    kinds = (SCHEMA.telephone, SCHEMA.faxNumber)
    return {(contact, n) for contact in facts.all(CG.Contact) for kind in kinds for n in facts.of(contact, kind)}


def test_every_number_is_a_valid_german_one(facts: Facts) -> None:
    """D8, D9"""
    found = numbers(facts)
    assert len(found) == 49
    for contact, number in found:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number_for_region(parsed, "DE"), contact
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number


@pytest.mark.parametrize("contact", ["amz-sachsen", "cluster-mechatronik-automation", "deepsea-mining-alliance"])
def test_mobile_number_under_another_label_is_mobile(facts: Facts, contact: str) -> None:
    """D10"""
    assert facts.of(f"contact/{contact}", CG.telephoneType) == {"mobile"}
    assert facts.of(f"contact/{contact}", CG.telephoneLabelAsWritten) == {"Tel."}


def test_types_of_numbers_follow_from_the_numbers(facts: Facts) -> None:
    """D10"""
    contacts = {contact for contact, _ in numbers(facts)}
    assert len(contacts) == 31
    for contact in contacts:
        kinds = {phonenumbers.number_type(phonenumbers.parse(n)) for n in facts.of(contact, SCHEMA.telephone)}
        mobile = phonenumbers.PhoneNumberType.MOBILE
        assert facts.of(contact, CG.telephoneType) == {"mobile" if kind == mobile else "fixed" for kind in kinds}


def test_broken_e_mail_address_is_neither_published_nor_completed(facts: Facts) -> None:
    """D11"""
    for predicate in (SCHEMA.email, SDO.email, FOAF.mbox):
        assert set(facts.graph.subjects(predicate)) == set()
    assert not [text for text in facts.literals() if "@" in text]
    assert not [node for node in facts.graph.objects() if str(node).startswith("mailto:")]
    assert [text for text in facts.of("contact/deepsea-mining-alliance", CG.openQuestion) if "e-mail" in text]


@pytest.mark.parametrize(
    ("contact", "code"),
    [
        ("bioeconomy-cluster", "06120"),
        ("cool-silicon", "01099"),
        ("merge", "09126"),
        ("optonet", "07743"),
        ("organic-electronics-saxony", "01187"),
        ("wigratec", "06369"),
        ("deepsea-mining-alliance", "20459"),
        ("open-hybrid-labfactory", "38106"),
    ],
)
def test_postal_code_keeps_its_zero_and_loses_its_prefix(facts: Facts, contact: str, code: str) -> None:
    """D12"""
    assert facts.of(f"contact/{contact}", SCHEMA.address, SCHEMA.postalCode) == {code}
    assert facts.who(SCHEMA.postalCode, Literal(code))


def test_every_postal_code_has_five_digits(facts: Facts) -> None:
    """D12"""
    codes = {code for address in facts.all(SCHEMA.PostalAddress) for code in facts.of(address, SCHEMA.postalCode)}
    assert len(codes) == 29
    assert not [code for code in codes if not (len(code) == 5 and code.isdigit())]


def test_address_of_merge_has_no_street(facts: Facts) -> None:
    """D13"""
    (address,) = facts.of("contact/merge", SCHEMA.address)
    assert facts.of(address, SCHEMA.streetAddress) == set()
    assert facts.of(address, SCHEMA.addressLocality) == {"Chemnitz"}
    streetless = {a for a in facts.all(SCHEMA.PostalAddress) if not facts.of(a, SCHEMA.streetAddress)}
    assert streetless == {address}


def test_nothing_says_the_sex_of_anybody(facts: Facts) -> None:
    """D14"""
    assert facts.all(FOAF.Person)
    for predicate in (SCHEMA.gender, SDO.gender, FOAF.gender):
        assert set(facts.graph.subject_objects(predicate)) == set()
    # What the page says in passing: one form of address.
    assert facts.who(SCHEMA.honorificPrefix, Literal("Frau")) == {"person/reuter"}
