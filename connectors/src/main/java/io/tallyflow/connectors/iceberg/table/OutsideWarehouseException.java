package io.tallyflow.connectors.iceberg.table;

import org.apache.iceberg.exceptions.ValidationException;

/** A file would be written or deleted that is not in the lake's warehouse. */
final class OutsideWarehouseException extends ValidationException {

    private static final long serialVersionUID = 1L;

    OutsideWarehouseException(String location, String warehouse) {
        super(
                "%s is not in the lake's warehouse %s, and nothing else is changed",
                location, warehouse);
    }
}
