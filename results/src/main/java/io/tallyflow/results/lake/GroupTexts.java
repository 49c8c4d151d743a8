package io.tallyflow.results.lake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes from a row's group what a query asks for, and holds its filter against it. */
final class GroupTexts {

    private static final JsonFactory JSON = new JsonFactory();

    /** Groups come again and again; how many different ones there are is up to the producers. */
    private static final int MOST_REMEMBERED = 10_000;

    private final LakeQuestion question;
    private final Map<String, Optional<List<String>>> remembered = new HashMap<>();

    GroupTexts(LakeQuestion question) {
        this.question = question;
    }

    /** The texts of the groups that are told apart; nothing if the filter holds the row back. */
    Optional<List<String>> of(String group) {
        if (question.names().isEmpty() && question.allowed().isEmpty()) {
            return Optional.of(List.of());
        }
        if (remembered.size() == MOST_REMEMBERED) {
            remembered.clear();
        }
        return remembered.computeIfAbsent(group, this::read);
    }

    private Optional<List<String>> read(String group) {
        Map<String, String> texts = parse(group);
        boolean passes =
                question.allowed().entrySet().stream()
                        .allMatch(
                                allowed ->
                                        allowed.getValue()
                                                .contains(
                                                        texts.getOrDefault(allowed.getKey(), "")));
        return passes
                ? Optional.of(
                        question.names().stream()
                                .map(name -> texts.getOrDefault(name, ""))
                                .toList())
                : Optional.empty();
    }

    private static Map<String, String> parse(String group) {
        Map<String, String> texts = new HashMap<>();
        try (JsonParser json = JSON.createParser(group)) {
            json.nextToken();
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                texts.put(name, json.nextTextValue());
            }
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException("a group in the lake is no JSON: " + group, e);
        }
    }
}
