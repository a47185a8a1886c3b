"""A graph in which everything is called several things, some of them in no language."""

GRAPH = """
@prefix ex: <http://localhost:8080/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix void: <http://rdfs.org/ns/void#> .
ex: a void:Dataset ; void:uriSpace "http://localhost:8080/" ; dcterms:creator ex:office ;
  dcterms:title "A dataset", "English dataset"@en, "Ein Datensatz"@de ;
  dcterms:description "A text", "English text"@en .
ex:office foaf:name "A name", "English name"@en .
ex:Mill a owl:Class ; rdfs:label "A-kind", "mill"@en ; rdfs:comment "A comment", "English comment"@en .
ex:one a ex:Mill ; rdfs:label "A-1", "English one"@en-GB, "Erste"@de-CH, "La prima"@it ;
  dcterms:description "A-text", "English description"@en .
ex:two a ex:Mill ; rdfs:label "B-1", "La seconda"@it ; ex:near ex:one .
"""
