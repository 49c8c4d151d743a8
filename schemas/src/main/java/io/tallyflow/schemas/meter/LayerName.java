package io.tallyflow.schemas.meter;

/**
 * The name of a layer: one definition's share of the truth. Rows are kept apart by layer, so that
 * another definition of a slug can be counted beside them and never mixes with what it replaces.
 */
public final class LayerName {

    private LayerName() {}

    /** The layer that the stream counts a version of a meter in: {@code slug@version}. */
    public static String ofStream(String slug, int version) {
        return slug + "@" + version;
    }

    /** The same for a {@link VersionName}. */
    public static String ofStream(String versionName) {
        return ofStream(VersionName.slug(versionName), VersionName.version(versionName));
    }
}
