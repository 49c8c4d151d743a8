package io.tallyflow.connectors.iceberg.table;

/**
 * What is said of a lake's catalog in so many words, each empty where nothing is said. Begin with
 * {@link #NONE}: the other methods name the text that they add.
 *
 * @param kind one of {@link LakeConnection#KINDS}; if it is empty, a file of properties says it
 * @param uri of the catalog; for a jdbc catalog a JDBC URL
 * @param warehouse where new tables are put
 * @param user of the database of a jdbc catalog
 * @param pipeline written into every snapshot
 */
public record CatalogTexts(
        String kind, String uri, String warehouse, String user, String pipeline) {

    /** Nothing is said but the name that a pipeline has by itself. */
    public static final CatalogTexts NONE = new CatalogTexts("", "", "", "", "metering");

    /** The same for a catalog of another kind. */
    public CatalogTexts withKind(String other) {
        return new CatalogTexts(other, uri, warehouse, user, pipeline);
    }

    /** The same for a catalog elsewhere. */
    public CatalogTexts withUri(String other) {
        return new CatalogTexts(kind, other, warehouse, user, pipeline);
    }

    /** The same with another place for new tables. */
    public CatalogTexts withWarehouse(String other) {
        return new CatalogTexts(kind, uri, other, user, pipeline);
    }

    /** The same with another user of the catalog's database. */
    public CatalogTexts withUser(String other) {
        return new CatalogTexts(kind, uri, warehouse, other, pipeline);
    }

    /** The same for the snapshots of another pipeline. */
    public CatalogTexts withPipeline(String other) {
        return new CatalogTexts(kind, uri, warehouse, user, other);
    }
}
