package io.tallyflow.cli.demo;

import io.tallyflow.local.truth.DemoMeters;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The demo as lines of text for a terminal: always as many, in ASCII, none longer than the terminal
 * is wide. Small enough for one of 24 lines.
 */
final class DemoPicture {

    private static final int LABEL = 10;
    private static final int LANE_TEXT = 34;
    private static final int LONGEST_BAR = 60;
    private static final char CUT = '~';

    private DemoPicture() {}

    /**
     * Draws a picture.
     *
     * @param width of the terminal, in characters
     */
    static List<String> lines(DemoSnapshot demo, int width) {
        PostgresResults seen = demo.seen();
        List<String> lines = new ArrayList<>();
        lines.add(text("Tallyflow demo, seed %d, %d s", demo.seed(), demo.elapsed().toSeconds()));
        lines.add(progress("sent", demo.sent(), demo.records(), width));
        lines.add(progress("committed", seen.counts().of(Count.CONSUMED), demo.records(), width));
        lines.add(
                text(
                        "%,d events/s   lag %,d   commit %,d, %.1f s ago",
                        demo.perSecond(),
                        demo.lag(),
                        seen.commit(),
                        BigDecimal.valueOf(seen.sinceCommit().toMillis(), 3)));
        lines.add("watermark  " + watermark(seen.watermark()));
        lines.add("");
        lanes(lines, demo, width);
        lines.add("");
        lines.add(text("%-24s %s", "meter", "total of everything so far"));
        for (String meter : DemoMeters.names()) {
            lines.add(text("%-24s %s", meter, shown(demo.totals().get(meter))));
        }
        return lines.stream().map(line -> cut(line, width)).toList();
    }

    private static void lanes(List<String> lines, DemoSnapshot demo, int width) {
        LaneCounts counts = demo.seen().counts();
        String verdict = demo.lanesEqual() ? "as they must be" : "NOT WHAT THEY MUST BE";
        lines.add(text("%-12s %12s  %s", "lane", "records", verdict));
        for (Count count : Count.all()) {
            if (count.lane() != null) {
                lane(lines, count.column(), counts.of(count), counts, width);
            }
        }
    }

    private static void lane(
            List<String> lines, String name, long records, LaneCounts counts, int width) {
        long all = Math.max(1, counts.of(Count.CONSUMED));
        long perMille = records * 1_000 / all;
        int room = Math.min(LONGEST_BAR, width - LANE_TEXT);
        String bar = room < 1 ? "" : "#".repeat(filled(records, all, room));
        lines.add(
                text("%-12s %,12d %3d.%d %%  ", name, records, perMille / 10, perMille % 10) + bar);
    }

    private static String progress(String name, long done, long all, int width) {
        String whole = text("%,d", all);
        String numbers = text("  %," + whole.length() + "d of %s", done, whole);
        int room = Math.min(LONGEST_BAR, width - LABEL - numbers.length() - 3);
        if (room < 1) {
            return text("%-10s%s", name, numbers);
        }
        int filled = filled(done, all, room);
        return text("%-10s [%s%s]", name, "#".repeat(filled), "-".repeat(room - filled)) + numbers;
    }

    /** At least one for something, and all only for everything. */
    private static int filled(long part, long all, int room) {
        long share = Math.min(room, part * room / Math.max(1, all));
        return (int) (part > 0 ? Math.max(1, share) : share);
    }

    private static String watermark(@Nullable Instant watermark) {
        return watermark == null
                ? "none yet"
                : watermark.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String shown(@Nullable BigDecimal total) {
        return total == null ? "nothing yet" : total.stripTrailingZeros().toPlainString();
    }

    private static String cut(String line, int width) {
        return line.length() <= width
                ? line.stripTrailing()
                : line.substring(0, Math.max(0, width - 1)) + CUT;
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
