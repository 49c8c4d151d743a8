package io.tallyflow.benchmarks.rows;

import io.tallyflow.benchmarks.measure.MeasureException;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.List;

/** Measures ways to write, in turns. */
final class Writes {

    /** Of each new table, the first is not measured. */
    private static final int COMMITS = 4;

    private static final int MINUTES_OF_COMMIT = 2;

    private final Server server;
    private final Size size;
    private final PrintWriter progress;

    Writes(Server server, Size size, PrintWriter progress) {
        this.server = server;
        this.size = size;
        this.progress = progress;
    }

    /** How many rows a commit has, and how often everything is measured. */
    record Size(int rows, int rounds) {}

    /** A layout and a way to write its rows. */
    record Candidate(Layout layout, Way way) {}

    /** New rows, by each candidate. */
    WriteCosts newRows(List<Candidate> candidates) throws SQLException, IOException {
        WriteCosts costs = new WriteCosts();
        for (int round = 1; round <= size.rounds(); round++) {
            for (Candidate candidate : candidates) {
                progress("new rows", round, candidate);
                insert(candidate, costs);
            }
        }
        return costs;
    }

    /** LayoutRows that are replaced, by each candidate; they were new in a commit before. */
    WriteCosts replacedRows(List<Candidate> candidates) throws SQLException, IOException {
        WriteCosts costs = new WriteCosts();
        for (int round = 1; round <= size.rounds(); round++) {
            for (Candidate candidate : candidates) {
                progress("replaced rows", round, candidate);
                replace(candidate, costs);
            }
        }
        return costs;
    }

    private void insert(Candidate candidate, WriteCosts costs) throws SQLException, IOException {
        server.make(candidate.layout());
        RowFields fields = new RowFields(candidate.layout());
        LayoutRows rows = new LayoutRows(size.rows() / MINUTES_OF_COMMIT);
        for (int commit = 0; commit < COMMITS; commit++) {
            List<LayoutRow> batch =
                    rows.minutes(commit * MINUTES_OF_COMMIT, MINUTES_OF_COMMIT, fields);
            Cost cost = write(candidate.way(), fields, batch, commit);
            if (commit > 0) {
                costs.add(candidate, cost.per(batch.size()));
            }
        }
        long written = (long) COMMITS * size.rows();
        costs.bytes(candidate, server.tableBytes() / written, server.indexBytes() / written);
    }

    private void replace(Candidate candidate, WriteCosts costs) throws SQLException, IOException {
        server.make(candidate.layout());
        RowFields fields = new RowFields(candidate.layout());
        LayoutRows rows = new LayoutRows(size.rows() / MINUTES_OF_COMMIT);
        for (int commit = 0; commit < COMMITS; commit++) {
            write(
                    Way.COPY_BINARY,
                    fields,
                    rows.minutes(commit * MINUTES_OF_COMMIT, MINUTES_OF_COMMIT, fields),
                    commit);
        }
        server.tidy();
        for (int commit = 0; commit < COMMITS; commit++) {
            List<LayoutRow> batch =
                    rows.minutes(commit * MINUTES_OF_COMMIT, MINUTES_OF_COMMIT, fields);
            Cost cost = write(candidate.way(), fields, batch, COMMITS + commit);
            if (commit > 0) {
                costs.add(candidate, cost.per(batch.size()));
            }
        }
        long written = (long) COMMITS * size.rows();
        costs.bytes(candidate, server.tableBytes() / written, server.indexBytes() / written);
    }

    private Cost write(Way way, RowFields fields, List<LayoutRow> rows, long commit)
            throws SQLException, IOException {
        Way.Encoded encoded = way.encode(fields, rows, commit);
        return server.measure(
                connection -> {
                    server.execute(Statements.MEMORY);
                    long written = encoded.send(connection);
                    if (written != rows.size()) {
                        throw new MeasureException(
                                way.label() + " wrote " + written + " rows of " + rows.size());
                    }
                });
    }

    private void progress(String what, int round, Candidate candidate) {
        progress.println(
                what
                        + ", round "
                        + round
                        + " of "
                        + size.rounds()
                        + ": "
                        + candidate.layout().label()
                        + ", "
                        + candidate.way().label());
    }
}
