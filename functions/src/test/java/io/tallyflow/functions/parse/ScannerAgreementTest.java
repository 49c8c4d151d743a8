package io.tallyflow.functions.parse;

import static io.tallyflow.functions.parse.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.json.ExactReader;
import io.tallyflow.functions.json.Utf8;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * The scanner accepts what its {@linkplain ReferenceScanner reference} accepts, and refuses the
 * rest for the same reason at the same place, after the same members. One scanner reads all
 * documents.
 */
final class ScannerAgreementTest {

    private static final int LEVELS = 33;

    /** Of which a damaged document is made. */
    private static final String[] PIECES = {
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\u0000", "\\ud83d", "\\ude00", "\\u0061",
        "\"a\":", "\"\\u0061\":", "\"b\"", "0", "-", "1", ".", "e", "E+", "true", "fals", "null",
                " ",
        "\n", "\u0000", "\u001F", "\u007F", "\u00E9", "\uD83D\uDE00", "1".repeat(64), "[".repeat(33)
    };

    @FunctionalInterface
    private interface Scan {
        void scan(byte[] document, int levels, ExactReader.Members members) throws Rejection;
    }

    private final JsonScanner scanner = new JsonScanner();
    private final ReferenceScanner reference = new ReferenceScanner();

    @Property(seed = "31", tries = 20_000, shrinking = ShrinkingMode.OFF)
    void bothSayTheSameOfDamagedEvents(@ForAll long seed) {
        Random random = new Random(seed);
        String event =
                random.nextBoolean() ? new OrdinaryEvent(seed).json : new EventText(seed).json;
        byte[] value = utf8(event);
        check(value);
        for (int i = random.nextInt(4); i >= 0; i--) {
            value = HostileInputTest.damaged(value, random);
            check(value);
        }
    }

    @Property(seed = "32", tries = 100_000, shrinking = ShrinkingMode.OFF)
    void bothSayTheSameOfPiecesInAnyOrder(@ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "{" : "");
        for (int i = random.nextInt(12); i >= 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        check(utf8(text.toString()));
    }

    @Property(seed = "33", tries = 100, shrinking = ShrinkingMode.OFF)
    void bothSayTheSameOfEventsThatChangeOrEndAnywhere(@ForAll long seed) {
        byte[] value = utf8(new EventText(seed).json);
        Random random = new Random(seed);
        for (int at = 0; at < value.length; at++) {
            check(Arrays.copyOf(value, at));
            byte was = value[at];
            value[at] = (byte) random.nextInt(128);
            check(value);
            value[at] = was;
        }
    }

    private void check(byte[] document) {
        if (Utf8.firstInvalid(document) < 0) {
            List<String> said = said(scanner::scan, document);
            assertThat(said).isEqualTo(said(reference::scan, document));
            if (said.get(said.size() - 1).equals("accepted")) {
                assertThat(scanner.rootStart()).isEqualTo(reference.rootStart());
                assertThat(scanner.rootEnd()).isEqualTo(reference.rootEnd());
            }
        }
    }

    private static List<String> said(Scan scan, byte[] document) {
        List<String> said = new ArrayList<>();
        try {
            scan.scan(
                    document,
                    LEVELS,
                    (nameStart, nameEnd, valueStart, valueEnd) ->
                            said.add(List.of(nameStart, nameEnd, valueStart, valueEnd).toString()));
            said.add("accepted");
        } catch (Rejection rejection) {
            said.add(rejection.reason() + " " + rejection.getMessage());
        }
        return said;
    }
}
