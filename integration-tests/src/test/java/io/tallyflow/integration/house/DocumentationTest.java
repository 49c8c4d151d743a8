package io.tallyflow.integration.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pages that are found, and links that lead somewhere. */
final class DocumentationTest {

    private static final Path ROOT = Path.of("..");
    private static final Path DOCS = ROOT.resolve("docs");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)(#[^)]*)?\\)");

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        for (Path page : pages()) {
            assertThat(links(page)).as("links of %s", page).allMatch(Files::exists);
        }
    }

    @Test
    void theFirstPageLinksEveryOther() throws IOException {
        Path first = DOCS.resolve("README.md");
        assertThat(links(first))
                .containsAll(pages().stream().filter(page -> isOther(page, first)).toList());
    }

    private static boolean isOther(Path page, Path first) {
        return page.startsWith(DOCS) && !page.equals(first);
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(DOCS)) {
            return Stream.concat(
                            docs.filter(file -> file.toString().endsWith(".md")),
                            Stream.of(
                                            "README.md",
                                            "CONTRIBUTING.md",
                                            "CHANGELOG.md",
                                            "deploy/README.md")
                                    .map(ROOT::resolve))
                    .toList();
        }
    }

    private static List<Path> links(Path page) throws IOException {
        return LINK.matcher(Files.readString(page))
                .results()
                .map(link -> link.group(1))
                .filter(target -> !target.contains("://"))
                .map(target -> normal(page.resolveSibling(target)))
                .toList();
    }

    /** As pages are named, so that they can be compared. */
    private static Path normal(Path file) {
        return ROOT.resolve(
                ROOT.toAbsolutePath().normalize().relativize(file.toAbsolutePath().normalize()));
    }
}
