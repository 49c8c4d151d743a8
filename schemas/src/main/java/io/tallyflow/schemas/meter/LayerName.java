package io.tallyflow.schemas.meter;

/**
 * The name of a layer: one definition's share of the truth. Rows are kept apart by layer, so that
 * another definition of a slug can be counted beside them and never mixes with what it replaces.
 */
public final class LayerName {

    private static final char SIGN_OF_RUN = '#';

    private LayerName() {}

    /** The layer that the stream counts a version of a meter in: {@code slug@version}. */
    public static String ofStream(String slug, int version) {
        return slug + "@" + version;
    }

    /**
     * The layer of what a run counts for a version, beside the stream: {@code slug@version#run}.
     */
    public static String ofRun(String slug, int version, long run) {
        return ofStream(slug, version) + SIGN_OF_RUN + run;
    }

    /**
     * The layer of cells that bear a name.
     *
     * @param name a {@link VersionName}, as the stream names its cells, or a layer of a run, as a
     *     run names them
     */
    public static String of(String name) {
        return name.indexOf(SIGN_OF_RUN) >= 0
                ? name
                : ofStream(VersionName.slug(name), VersionName.version(name));
    }
}
