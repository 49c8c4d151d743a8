package io.tallyflow.operations.run;

import io.tallyflow.results.Question;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.meter.WindowSize;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What has to be known of a meter before it is counted.
 *
 * @param isShown whether totals take anything from one of its versions
 */
record KnownMeter(String slug, WindowSize windowSize, boolean isShown) {

    private static final Question<KnownMeter> BY_SLUG =
            new Question<>(
                    """
                    select r.slug, min(r.window_size), bool_or(l.shown)
                    from tallyflow.meter_request r
                    left join tallyflow.layer l
                        on l.slug = r.slug and l.version = r.version and l.kind = 'stream'
                    where r.kind = 'define' and r.slug = ?
                    group by r.slug
                    """,
                    row ->
                            new KnownMeter(
                                    row.getString(1),
                                    WindowSize.valueOf(row.getString(2)),
                                    row.getBoolean(3)));

    /**
     * Looks a meter up.
     *
     * @throws RequestRefusedException if there is none, or the stream does not count it yet
     */
    static KnownMeter find(Connection connection, String slug) throws SQLException {
        KnownMeter known = BY_SLUG.first(connection, slug);
        if (known == null) {
            throw new RequestRefusedException(
                    "there is no meter " + slug + ": tallyflow meters list shows those there are");
        }
        if (!known.isShown()) {
            throw new RequestRefusedException(
                    "no commit counts by meter "
                            + slug
                            + " yet: wait until one does, with the job running, and ask again");
        }
        return known;
    }

    /**
     * Makes sure that a window begins at a time.
     *
     * @param name of the time
     * @throws RequestRefusedException if none does
     */
    void requireBoundary(String name, @Nullable Instant at) {
        if (at != null && !windowSize.isBoundary(at)) {
            throw new RequestRefusedException(
                    name
                            + " "
                            + at
                            + " is within a window of "
                            + slug
                            + ", whose windows are of one "
                            + windowSize
                            + " each: name the boundary before or after it");
        }
    }
}
