package io.tallyflow.cli;

import io.tallyflow.cli.embedded.LakeAddress;
import io.tallyflow.connectors.iceberg.LakeOptions;
import java.nio.file.Path;

/** The lake of servers that run on a data directory. */
final class EmbeddedLake {

    private EmbeddedLake() {}

    /**
     * How to reach it.
     *
     * @throws CommandFailure if the servers have told of none
     */
    static LakeOptions of(Connections connections) {
        String warehouse = connections.warehouse();
        if (warehouse == null) {
            throw new CommandFailure(
                    "nothing is known of a lake there: name the data directory of running servers"
                            + " with --data-dir");
        }
        return of(connections.postgres(), Path.of(warehouse));
    }

    static LakeOptions of(PostgresAddress postgres, Path warehouse) {
        return LakeAddress.options(postgres.url(), postgres.user(), postgres.password(), warehouse);
    }
}
