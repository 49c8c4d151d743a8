package io.tallyflow.results;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Aligned columns for a terminal. Control characters are shown as escapes, so that no value can
 * break a line or command the terminal.
 */
public final class TextTable {

    private static final String GAP = "  ";

    private final List<Column> columns;
    private final int[] widths;

    private TextTable(List<Column> columns, int[] widths) {
        this.columns = columns;
        this.widths = widths;
    }

    /**
     * A column.
     *
     * @param name its header
     * @param alignedRight for numbers
     */
    public record Column(String name, boolean alignedRight) {

        /** Aligned to the left. */
        public static Column text(String name) {
            return new Column(name, false);
        }

        /** Aligned to the right. */
        public static Column number(String name) {
            return new Column(name, true);
        }
    }

    /** A table wide enough for these rows; cells of other rows may stick out. */
    public static TextTable fitting(List<Column> columns, List<List<String>> rows) {
        int[] widths = columns.stream().mapToInt(column -> width(column.name())).toArray();
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(visible(row.get(i))));
            }
        }
        return new TextTable(List.copyOf(columns), widths);
    }

    /** Header and rows, as lines. */
    public static List<String> lines(List<Column> columns, List<List<String>> rows) {
        TextTable table = fitting(columns, rows);
        List<String> lines = new ArrayList<>();
        lines.add(table.header());
        rows.forEach(row -> lines.add(table.line(row)));
        return lines;
    }

    /** The line of column names. */
    public String header() {
        return line(columns.stream().map(Column::name).toList());
    }

    /** The line of a row; one cell per column. */
    public String line(List<String> row) {
        StringJoiner line = new StringJoiner(GAP);
        for (int i = 0; i < widths.length; i++) {
            String cell = visible(row.get(i));
            String padding = " ".repeat(Math.max(0, widths[i] - width(cell)));
            line.add(columns.get(i).alignedRight() ? padding + cell : cell + padding);
        }
        return line.toString().stripTrailing();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /** A text that can neither break a line nor command a terminal. */
    public static String visible(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder visible = new StringBuilder();
        text.chars()
                .forEach(
                        c -> {
                            if (Character.isISOControl(c)) {
                                visible.append(String.format("\\u%04x", c));
                            } else {
                                visible.append((char) c);
                            }
                        });
        return visible.toString();
    }
}
