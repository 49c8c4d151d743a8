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
import org.jspecify.annotations.Nullable;

/** A real catalog on which single commits go wrong, in the ways in which catalogs do. */
public final class FaultyCatalog extends JdbcCatalog {

    /** Iceberg makes catalogs by name: what is to go wrong is found by the warehouse. */
    private static final Map<String, Deque<Fault>> PLANS = new ConcurrentHashMap<>();

    /** What others do just before the next commit reaches the catalog. */
    private static final Map<String, Runnable> OVERTAKING = new ConcurrentHashMap<>();

    /** And just after it has, ahead of the answer. */
    private static final Map<String, Runnable> FOLLOWING = new ConcurrentHashMap<>();

    private Deque<Fault> plan = new ArrayDeque<>();
    private String warehouse = "";

    /** What happens to a commit. */
    public enum Fault {
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
    public static void plan(String warehouse, Fault... faults) {
        Deque<Fault> plan = PLANS.computeIfAbsent(warehouse, key -> new ArrayDeque<>());
        synchronized (plan) {
            plan.addAll(java.util.List.of(faults));
        }
    }

    /** Lets others go first when the next commit in a warehouse is made. */
    public static void overtake(String warehouse, Runnable others) {
        OVERTAKING.put(warehouse, others);
    }

    /** Lets others come in between the next commit in a warehouse and its answer. */
    public static void follow(String warehouse, Runnable others) {
        FOLLOWING.put(warehouse, others);
    }

    @Override
    public void initialize(String name, Map<String, String> properties) {
        super.initialize(name, properties);
        warehouse = properties.getOrDefault("warehouse", "");
        plan = PLANS.computeIfAbsent(warehouse, key -> new ArrayDeque<>());
    }

    @Override
    protected TableOperations newTableOps(TableIdentifier identifier) {
        return new Faulty(super.newTableOps(identifier));
    }

    private static void run(@Nullable Runnable others) {
        if (others != null) {
            others.run();
        }
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
            run(OVERTAKING.remove(warehouse));
            Fault fault = next();
            switch (fault) {
                case REFUSED -> throw new CommitFailedException("refused");
                case LOST_REQUEST -> throw new IllegalStateException("connection reset");
                default -> {
                    Runnable others = FOLLOWING.remove(warehouse);
                    real.commit(base, metadata);
                    run(others);
                }
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
