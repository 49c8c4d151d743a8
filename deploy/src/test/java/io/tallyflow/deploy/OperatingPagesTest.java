package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages on deploying and on alerts tell people to do exists. */
final class OperatingPagesTest {

    private static final Pattern SQL = Pattern.compile("(?s)```sql\n(.*?)```");

    private static final Pattern FILE =
            Pattern.compile("(?:deploy|flink-conf)/[\\w./-]*\\w|deploy/compose/\\.env\\.example");

    @Test
    void statementsOnThePageOfAlertsAreAnswered() throws Exception {
        List<String> statements =
                SQL.matcher(Repository.text("docs/operating/alerts.md"))
                        .results()
                        .map(found -> found.group(1))
                        .toList();
        assertThat(statements).hasSizeGreaterThan(3);
        try (PostgresServer.Database database = PostgresServer.migrated();
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeQuery(sql).close();
            }
        }
    }

    @Test
    void filesThatPagesNameAreThere() {
        for (String page : List.of("alerts", "containers", "kubernetes")) {
            List<String> files =
                    FILE.matcher(Repository.text("docs/operating/" + page + ".md"))
                            .results()
                            .map(MatchResult::group)
                            .filter(name -> !name.startsWith("deploy/compose/secrets"))
                            .toList();
            assertThat(files)
                    .as(page)
                    .isNotEmpty()
                    .allMatch(name -> Files.exists(Repository.ROOT.resolve(name)));
        }
    }

    @Test
    void everyValueToChangeIsOnThePage() throws IOException {
        String page = Repository.text("docs/operating/kubernetes.md");
        List<String> values = valuesToChange();
        assertThat(values).hasSizeGreaterThan(15).allMatch(page::contains);
    }

    /** What stands in the first line behind each mark that is no comment. */
    private static List<String> valuesToChange() throws IOException {
        List<String> values = new ArrayList<>();
        try (Stream<Path> files = Files.list(Repository.ROOT.resolve("deploy/kubernetes"))) {
            for (Path file : files.toList()) {
                List<String> lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    if (lines.get(i).strip().startsWith("# CHANGE")) {
                        values.add(value(lines.get(i + 1)));
                    }
                }
            }
        }
        return values;
    }

    private static String value(String line) {
        return line.strip()
                .replaceFirst("^- ", "")
                .replaceFirst("^[\\w./-]+(: ?|=)", "")
                .replace("\"", "");
    }
}
