package io.tallyflow.operations.imports;

import io.tallyflow.connectors.kafka.EventSender;
import io.tallyflow.connectors.postgres.ImportTable;
import io.tallyflow.schemas.event.ImportMark;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/** Sends, and keeps on record how far it is: what it says was sent is in Kafka. */
final class SendingImport implements ImportPass.Taker, AutoCloseable {

    /**
     * For how long after the lake was looked at its answer holds. Half of what a mark may last, so
     * that the clocks of brokers may be hours behind.
     */
    private static final Duration HOLDS = ImportMark.LONGEST.dividedBy(2);

    private static final int EVENTS_PER_RECORD = 20_000;

    private final long number;
    private final EventSender sender;
    private final ImportTable table;
    private final ImportListener listener;
    private ImportMark mark;
    private long known;
    private long sent;
    private long acknowledged;

    SendingImport(long number, EventSender sender, ImportTable table, ImportListener listener) {
        this.number = number;
        this.sender = sender;
        this.table = table;
        this.listener = listener;
        this.mark = new ImportMark(number, Instant.EPOCH);
    }

    @Override
    public void begins(LakeMoment moment) {
        mark = new ImportMark(number, moment.knowsUntil().plus(HOLDS));
    }

    @Override
    public void takes(SourcedEvent event) throws IOException {
        sender.send(event.record().get(), mark);
        if (++sent % EVENTS_PER_RECORD == 0) {
            awaitAcknowledged();
        }
    }

    @Override
    public void knows(SourcedEvent event) {
        known++;
    }

    @Override
    public void ends() throws IOException {
        awaitAcknowledged();
    }

    private void awaitAcknowledged() throws IOException {
        sender.flush();
        acknowledged = sent;
        keep();
        listener.sent(known, sent);
    }

    private void keep() throws IOException {
        try {
            table.advance(number, known, acknowledged);
        } catch (SQLException e) {
            throw new IOException("Postgres does not take how far the import is: " + e, e);
        }
    }

    /** Says that all was sent. */
    void end() throws SQLException {
        table.end(number);
    }

    long known() {
        return known;
    }

    long sent() {
        return sent;
    }

    /** Keeps on record what is known of an import that failed. */
    @Override
    public void close() throws IOException {
        keep();
    }
}
