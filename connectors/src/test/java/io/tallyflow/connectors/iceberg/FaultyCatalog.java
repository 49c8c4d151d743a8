package io.tallyflow.connectors.iceberg;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.jdbc.JdbcCatalog;

/** A real catalog on which single commits go wrong, in the ways in which catalogs do. */
public final class FaultyCatalog extends JdbcCatalog {

    /** Iceberg makes catalogs by name: what is to go wrong is found by the warehouse. */
    private static final Map<String, Deque<Fault>> PLANS = new ConcurrentHashMap<>();

    private Deque<Fault> plan = new ArrayDeque<>();

    /** What happens to a commit. */
    enum Fault {
        /** Nothing. */
        NONE,
        /** The catalog refuses it, as after a lost race. */
        REFUSED,
        /** The connection breaks before the catalog has heard of it. */
        LOST_REQUEST,
        /** It is made, and the connection breaks before the answer. */
        LOST_ANSWER,
        /** It is made, the answer is lost, and the client library says it was not made. */
        MADE_BUT_CALLED_REFUSED,
        /** It is made, and the client library says that it does not know. */
        MADE_BUT_CALLED_UNKNOWN
    }

    /** Makes the coming commits in a warehouse go wrong, one after the other. */
    static void plan(String warehouse, Fault... faults) {
        Deque<Fault> plan = PLANS.computeIfAbsent(warehouse, key -> new ArrayDeque<>());
        synchronized (plan) {
            plan.addAll(java.util.List.of(faults));
        }
    }

    @Override
    public void initialize(String name, Map<String, String> properties) {
        super.initialize(name, properties);
        plan =
                PLANS.computeIfAbsent(
                        properties.getOrDefault("warehouse", ""), key -> new ArrayDeque<>());
    }

    @Override
    protected TableOperations newTableOps(TableIdentifier identifier) {
        return new Faulty(super.newTableOps(identifier));
    }

    private Fault next() {
        synchronized (plan) {
            Fault next = plan.poll();
            return next == null ? Fault.NONE : next;
        }
    }

    private final class Faulty implements TableOperations {
        private final TableOperations real;

        Faulty(TableOperations real) {
            this.real = real;
        }

        @Override
        public TableMetadata current() {
            return real.current();
        }

        @Override
        public TableMetadata refresh() {
            return real.refresh();
        }

        @Override
        public void commit(TableMetadata base, TableMetadata metadata) {
            Fault fault = next();
            switch (fault) {
                case REFUSED -> throw new CommitFailedException("refused");
                case LOST_REQUEST -> throw new IllegalStateException("connection reset");
                default -> real.commit(base, metadata);
            }
            switch (fault) {
                case LOST_ANSWER -> throw new IllegalStateException("connection reset");
                case MADE_BUT_CALLED_REFUSED -> throw new CommitFailedException("0 rows updated");
                case MADE_BUT_CALLED_UNKNOWN ->
                        throw new CommitStateUnknownException(
                                new IllegalStateException("connection reset"));
                default -> {
                    // As it should.
                }
            }
        }

        @Override
        public FileIO io() {
            return real.io();
        }

        @Override
        public String metadataFileLocation(String fileName) {
            return real.metadataFileLocation(fileName);
        }

        @Override
        public LocationProvider locationProvider() {
            return real.locationProvider();
        }
    }
}
