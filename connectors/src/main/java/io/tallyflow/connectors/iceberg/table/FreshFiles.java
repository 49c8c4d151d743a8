package io.tallyflow.connectors.iceberg.table;

import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The places of data files that are being written and are in no table yet. */
public final class FreshFiles {

    private static final Logger LOG = LoggerFactory.getLogger(FreshFiles.class);

    private final Table table;
    private final List<String> locations = new ArrayList<>();

    public FreshFiles(Table table) {
        this.table = table;
    }

    /** A place for a file that holds rows of the same partition as another. */
    public String place(DataFile like, String prefix) {
        String location = DataFiles.newLocation(like, table, prefix);
        locations.add(location);
        return location;
    }

    /** Deletes what was written. */
    public void abandon() {
        for (String location : locations) {
            try {
                table.io().deleteFile(location);
            } catch (RuntimeException e) {
                // An orphan is swept later; the failure that led here must stay the first.
                LOG.warn("{} stays behind and belongs to no table: {}", location, e.toString());
            }
        }
    }
}
