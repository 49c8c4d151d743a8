package io.tallyflow.schemas.meter;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * The file that defines meters: YAML, one mapping with the field {@code meters}. A file with
 * problems is refused whole, with every problem named at once.
 *
 * <p>Only the tree of the YAML document is used: nothing in the file can name a class. Aliases and
 * merge keys work, and are never expanded further than the fields of a meter go.
 */
public final class MeterFile {

    /** A file has at most this many bytes. */
    public static final int MAX_BYTES = 4 * 1024 * 1024;

    private static final String ALLOWED = "one YAML document that is a mapping with meters: […]";

    private static final int MAX_ALIASES = 100_000;
    private static final int MAX_NESTING = 50;

    private MeterFile() {}

    /**
     * Reads a file, UTF-8.
     *
     * @throws IOException if the file cannot be read at all
     * @throws InvalidMetersException if what it says is not valid
     */
    public static List<Meter> read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        Problems problems = new Problems(nameOf(file));
        String yaml = decoded(bytes, problems);
        return yaml == null ? problems.orElse(List.of()) : parse(yaml, problems);
    }

    /**
     * Reads the text of a file.
     *
     * @param fileName what problems call the file
     * @throws InvalidMetersException if what it says is not valid
     */
    public static List<Meter> parse(String fileName, String yaml) {
        return parse(yaml, new Problems(fileName));
    }

    private static List<Meter> parse(String yaml, Problems problems) {
        Node root = composed(yaml, problems);
        List<Meter> meters =
                root == null ? List.of() : new MeterListReader(problems).metersIn(root);
        return problems.orElse(meters);
    }

    private static String nameOf(Path file) {
        Path name = file.getFileName();
        return name == null ? file.toString() : name.toString();
    }

    private static @Nullable String decoded(byte[] bytes, Problems problems) {
        if (bytes.length > MAX_BYTES) {
            problems.add(1, "is too large", "at most " + MAX_BYTES + " bytes");
            return null;
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            return decoder.decode(in).toString();
        } catch (CharacterCodingException e) {
            String valid = new String(bytes, 0, in.position(), StandardCharsets.UTF_8);
            problems.add(lineAt(valid, valid.length()), "is not UTF-8", "UTF-8");
            return null;
        }
    }

    private static @Nullable Node composed(String yaml, Problems problems) {
        try {
            Node root = new Yaml(options()).compose(new java.io.StringReader(withoutBom(yaml)));
            if (root == null) {
                problems.add(1, "is empty", ALLOWED);
            }
            return root;
        } catch (MarkedYAMLException e) {
            problems.add(lineOf(e), "is not valid YAML: " + e.getProblem(), ALLOWED);
        } catch (ReaderException e) {
            String found = MeterText.quoted(Character.toString(e.getCodePoint()));
            int index = yaml.offsetByCodePoints(0, Math.max(0, e.getPosition()));
            problems.add(lineAt(yaml, index), "has " + found + " in it", "printable characters");
        } catch (YAMLException e) {
            problems.add(1, "is not valid YAML: " + e.getMessage(), ALLOWED);
        }
        return null;
    }

    private static LoaderOptions options() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_BYTES);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setNestingDepthLimit(MAX_NESTING);
        return options;
    }

    private static String withoutBom(String yaml) {
        return yaml.startsWith("\ufeff") ? yaml.substring(1) : yaml;
    }

    private static int lineOf(MarkedYAMLException e) {
        Mark mark = e.getProblemMark() != null ? e.getProblemMark() : e.getContextMark();
        return mark == null ? 1 : mark.getLine() + 1;
    }

    /** The line that a character stands in. */
    private static int lineAt(String text, int index) {
        return 1 + (int) text.substring(0, index).chars().filter(c -> c == '\n').count();
    }
}
