package io.tallyflow.integration.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.refusal.RefusalText;
import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import io.tallyflow.connectors.refusal.StartRefusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every refusal that the code knows has its page, and every page its refusal. */
final class RefusalPagesTest {

    private static final Path PAGES = Path.of("../docs/operating/refusals");
    private static final Path INDEX = Path.of("../docs/operating/refusals.md");
    private static final Pattern LISTED =
            Pattern.compile("(?m)^\\| \\[`?([\\w -]+?)`?\\]\\(refusals/([\\w-]+)\\.md\\) \\|");

    /** In this order, so that a reader knows where each stands. */
    private static final List<String> SECTIONS =
            List.of(
                    "What you see",
                    "Why",
                    "Which case it is",
                    "What to do",
                    "What not to do",
                    "What is safe");

    private static List<String> names() {
        return Stream.<Enum<?>[]>of(Refusal.values(), StartRefusal.values())
                .flatMap(Stream::of)
                .map(Enum::name)
                .toList();
    }

    private static List<String> pages() throws IOException {
        try (Stream<Path> files = Files.list(PAGES)) {
            return files.map(file -> file.getFileName().toString().replace(".md", ""))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void everyNameHasItsPageAndEveryPageInCapitalsItsName() throws IOException {
        assertThat(pages().stream().filter(page -> page.equals(page.toUpperCase())))
                .containsExactlyInAnyOrderElementsOf(names());
    }

    @Test
    void theIndexListsEveryPage() throws IOException {
        List<String> listed =
                LISTED.matcher(Files.readString(INDEX)).results().map(row -> row.group(2)).toList();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(pages());
    }

    @Test
    void thePageOfANameBearsItAndShowsItsMessage() throws IOException {
        for (String name : names()) {
            String page = Files.readString(PAGES.resolve(name + ".md"));
            assertThat(page).startsWith("# " + name + "\n").contains(name + ": ");
        }
    }

    @Test
    void everyPageAnswersTheSameQuestions() throws IOException {
        for (String page : pages()) {
            List<String> sections =
                    Files.readAllLines(PAGES.resolve(page + ".md")).stream()
                            .filter(line -> line.startsWith("## "))
                            .map(line -> line.substring(3))
                            .toList();
            assertThat(sections).as(page).containsExactlyElementsOf(SECTIONS);
        }
    }

    @Test
    void aMessageNamesAPageThatIsThere() {
        for (Refusal refusal : Refusal.values()) {
            String text = RefusalText.of(refusal, "It is so.");
            String page = text.substring(text.indexOf(" See ") + 5);
            assertThat(Path.of("..").resolve(page)).exists();
        }
    }
}
