package io.tallyflow.connectors.iceberg.upkeep;

import io.tallyflow.connectors.iceberg.table.LocalFileIO;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.ManifestContent;

/**
 * Manifests and lists of them, written anew with the places that their files have got. Everything
 * else in them stays, also what this version of Iceberg does not know.
 */
final class MovedManifests {

    private final LakeRelocation relocation;

    /** New locations by old ones: snapshots share their manifests. */
    private final Map<String, String> written = new HashMap<>();

    MovedManifests(LakeRelocation relocation) {
        this.relocation = relocation;
    }

    /** A record of a file, changed in place. */
    private interface Change {
        void apply(GenericRecord entry) throws IOException;
    }

    /**
     * The list anew, with all that it names.
     *
     * @param location where it is now
     */
    String list(String location) throws IOException {
        return rewrite(relocation.moved(location), this::moveManifest);
    }

    private void moveManifest(GenericRecord entry) throws IOException {
        if (((Number) entry.get("content")).intValue() != ManifestContent.DATA.id()) {
            throw new IOException(
                    "another engine deleted rows in the lake: compact it there before it is moved");
        }
        String location = entry.get("manifest_path").toString();
        String fresh = rewrite(relocation.moved(location), this::moveFile);
        entry.put("manifest_path", fresh);
        entry.put("manifest_length", Files.size(LocalFileIO.path(fresh)));
    }

    private void moveFile(GenericRecord entry) throws IOException {
        GenericRecord file = (GenericRecord) entry.get("data_file");
        file.put("file_path", relocation.moved(file.get("file_path").toString()));
    }

    private String rewrite(String location, Change change) throws IOException {
        String known = written.get(location);
        if (known != null) {
            return known;
        }
        int name = location.lastIndexOf('/') + 1;
        String fresh = location.substring(0, name) + UUID.randomUUID() + "-moved.avro";
        File target = LocalFileIO.path(fresh).toFile();
        try (DataFileReader<GenericRecord> in =
                        new DataFileReader<>(
                                LocalFileIO.path(location).toFile(), new GenericDatumReader<>());
                DataFileWriter<GenericRecord> out =
                        new DataFileWriter<>(new GenericDatumWriter<>(in.getSchema()))) {
            for (String key : in.getMetaKeys()) {
                if (!DataFileWriter.isReservedMeta(key)) {
                    out.setMeta(key, in.getMeta(key));
                }
            }
            out.setCodec(org.apache.avro.file.CodecFactory.deflateCodec(9));
            out.create(in.getSchema(), target);
            while (in.hasNext()) {
                GenericRecord entry = in.next();
                change.apply(entry);
                out.append(entry);
            }
        }
        written.put(location, fresh);
        return fresh;
    }

    /** Nothing names the old ones any more. */
    void deleteReplaced() throws IOException {
        for (String location : written.keySet()) {
            Path file = LocalFileIO.path(location);
            Files.deleteIfExists(file);
        }
    }
}
