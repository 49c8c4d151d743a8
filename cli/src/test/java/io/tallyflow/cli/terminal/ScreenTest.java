package io.tallyflow.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {

    private static final String START = "\u001b[?25l\u001b[?7l";
    private static final String END = "\u001b[J\u001b[?7h";
    private static final String EOL = "\u001b[K\r\n";

    private final StringWriter written = new StringWriter();
    private final Screen screen = new Screen(new PrintWriter(written));

    @Test
    void drawsOverWhatItDrew() {
        screen.show(List.of("one", "two"), 24);
        assertThat(taken()).isEqualTo(START + "one" + EOL + "two" + EOL + END);

        screen.show(List.of("three"), 24);
        assertThat(taken()).isEqualTo(START + "\r\u001b[2A" + "three" + EOL + END);

        screen.show(List.of("four"), 24);
        assertThat(taken()).isEqualTo(START + "\r\u001b[1A" + "four" + EOL + END);
    }

    @Test
    void leavesOutWhatWouldScrollTheTerminal() {
        screen.show(List.of("one", "two", "three"), 3);
        assertThat(taken()).isEqualTo(START + "one" + EOL + "two" + EOL + END);

        // Made smaller meanwhile: not further up than the terminal is high.
        screen.show(List.of("one", "two", "three"), 2);
        assertThat(taken()).isEqualTo(START + "\r\u001b[1A" + "one" + EOL + END);
    }

    @Test
    void printsALineInThePlaceOfThePicture() {
        screen.print("first");
        assertThat(taken()).isEqualTo("first" + EOL + "\u001b[J");
        screen.show(List.of("one", "two"), 24);
        taken();
        screen.print("found");
        assertThat(taken()).isEqualTo("\r\u001b[2A" + "found" + EOL + "\u001b[J");
        screen.show(List.of("three"), 24);
        assertThat(taken()).isEqualTo(START + "three" + EOL + END);
    }

    @Test
    void givesTheCursorBackOnceAndDrawsNothingAfterwards() {
        screen.show(List.of("one"), 24);
        taken();

        screen.close();
        screen.close();
        screen.show(List.of("two"), 24);

        assertThat(taken()).isEqualTo("\u001b[?7h\u001b[?25h");
    }

    @Test
    void tellsTerminalsFromOthers() {
        assertThat(Terminal.isCapable("xterm-256color")).isTrue();
        assertThat(Terminal.isCapable("dumb")).isFalse();
        assertThat(Terminal.isCapable("")).isFalse();
        assertThat(Terminal.isCapable(null)).isFalse();
        assertThat(Terminal.parse("50 132\n")).isEqualTo(new Terminal.Size(50, 132));
        assertThat(Terminal.parse("0 0\n")).isEqualTo(new Terminal.Size(24, 80));
        assertThat(Terminal.parse("stty: no tty")).isEqualTo(new Terminal.Size(24, 80));
    }

    private String taken() {
        String text = written.toString();
        written.getBuffer().setLength(0);
        return text;
    }
}
