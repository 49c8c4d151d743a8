package io.tallyflow.operations.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinesTest {

    private static final int LONGEST = 300_000;

    @TempDir private Path directory;

    @Test
    void numbersLinesAndPassesOverBlankOnes() throws Exception {
        assertThat(read("one\n\n \t\r\ntwo\r\nthree")).containsExactly("1 one", "4 two", "5 three");
        assertThat(read("")).isEmpty();
        assertThat(read("\n\n")).isEmpty();
        assertThat(read("\r")).containsExactly("1 \r");
        assertThat(read("one\n")).containsExactly("1 one");
    }

    @Test
    void readsOverAByteOrderMark() throws Exception {
        assertThat(read("\uFEFFone\n\uFEFFtwo")).containsExactly("1 one", "2 \uFEFFtwo");
        assertThat(read("\uFEFF")).isEmpty();
    }

    @Test
    void keepsNoLineThatIsTooLong() throws Exception {
        String longest = "x".repeat(LONGEST);
        assertThat(read(longest + "\n" + longest + "\r\n" + longest + "y\nshort"))
                .containsExactly("1 " + longest, "2 " + longest, "3 too long", "4 short");
        assertThat(read(longest + "y")).containsExactly("1 too long");
        assertThat(read("\uFEFF" + "x".repeat(LONGEST - 3))).hasSize(1).doesNotContain("too long");
    }

    @Test
    void readsWhatGzipHasCompressedInOneMemberOrInSeveral() throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(zipped("one\ntw"));
        all.write(zipped("o\nthree\n"));
        Path file = Files.write(directory.resolve("f"), all.toByteArray());
        assertThat(read(file)).containsExactly("1 one", "2 two", "3 three");
    }

    @Test
    void saysThatAFileEndsTooEarly() throws Exception {
        byte[] whole = zipped("one\n".repeat(10_000));
        Path file = Files.write(directory.resolve("f"), Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> read(file)).isInstanceOf(EOFException.class);
    }

    private static byte[] zipped(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private List<String> read(String text) throws IOException {
        return read(Files.writeString(directory.resolve("f"), text));
    }

    private static List<String> read(Path file) throws IOException {
        List<String> read = new ArrayList<>();
        try (Lines lines = Lines.of(file, LONGEST)) {
            while (lines.next()) {
                byte[] bytes = lines.bytes();
                read.add(
                        lines.number()
                                + " "
                                + (bytes == null
                                        ? "too long"
                                        : new String(bytes, StandardCharsets.UTF_8)));
            }
        }
        return read;
    }
}
