package io.tallyflow.operations.run;

import io.tallyflow.results.Question;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.meter.WindowSize;
import java.sql.Connection;
import java.sql.SQLException;

/** What has to be known of a meter before it is counted. */
final class Meters {

    private static final Question<Known> KNOWN =
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
                            new Known(
                                    row.getString(1),
                                    WindowSize.valueOf(row.getString(2)),
                                    row.getBoolean(3)));

    private Meters() {}

    /**
     * A meter.
     *
     * @param isShown whether totals take anything from one of its versions
     */
    record Known(String slug, WindowSize windowSize, boolean isShown) {}

    /**
     * Looks a meter up.
     *
     * @throws RequestRefusedException if there is none, or the stream does not count it yet
     */
    static Known find(Connection connection, String slug) throws SQLException {
        Known known = KNOWN.first(connection, slug);
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
}
