using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Snapshots;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>A consumer that keeps a copy of all collections by their keys, as the documentation says: the last value of a key
/// counts.</summary>
/// <param name="appliesUpdates">True if updates come without documents, so that they are applied to the copy. Where documents are looked
/// up, an update without one is of a document that was deleted since, and the copy may be newer than the update.</param>
internal sealed class DocumentCopy(bool appliesUpdates)
{
    private readonly Dictionary<(string Collection, string Key), DataRecord> _documents = [];

    /// <summary>Number of documents that snapshots delivered.</summary>
    public int Reads { get; private set; }

    /// <summary>Number of changes from the stream.</summary>
    public int Changes { get; private set; }

    public void Apply(StreamItem item)
    {
        if (item is SchemaChange { Kind: SchemaChangeKind.Drop } drop)
        {
            foreach ((string Collection, string Key) key in _documents.Keys.Where(key => key.Collection == drop.Table).ToList())
            {
                _documents.Remove(key);
            }
        }

        if (item is not ChangeEvent change)
        {
            return;
        }

        _ = change.Operation == ChangeOperation.Read ? Reads++ : Changes++;
        (string, string) id = (change.Table, DocumentKeys.IdentityOf(RawBson.Of(change.Key)["_id"u8]));
        if (change.Operation == ChangeOperation.Delete)
        {
            _documents.Remove(id);
        }
        else if (change.After.HasValue)
        {
            // The document that an update looked up may be newer than the change; it is never older.
            _documents[id] = change.After.Detach();
        }
        else if (appliesUpdates && _documents.TryGetValue(id, out DataRecord before))
        {
            _documents[id] = Assert.IsType<MongoSourceInfo>(change.Source).UpdateDescription.Apply(before);
        }
    }

    /// <summary>The number of documents of a collection in the copy.</summary>
    public int CountOf(string collection) => _documents.Keys.Count(key => key.Collection == collection);

    /// <summary>The document of a row's key in the copy, in canonical extended JSON; null if there is none.</summary>
    public string? Find(ChangeEvent row)
        => _documents.TryGetValue((row.Table, DocumentKeys.IdentityOf(RawBson.Of(row.Key)["_id"u8])), out DataRecord document)
            ? Reading.Json(document) : null;

    /// <summary>Returns the differences from the server's collections; empty if there are none.</summary>
    public async Task<List<string>> DifferencesAsync(SnapshotFixture fixture)
    {
        var differences = new List<string>();
        foreach (string collection in KeyKinds.All.Keys)
        {
            HashSet<string> server = [.. await fixture.DocumentsAsync(collection)];
            HashSet<string> copy = [.. _documents.Where(document => document.Key.Collection == collection)
                .Select(static document => Reading.Json(document.Value))];
            differences.AddRange(copy.Except(server).Select(document => $"{collection} has only in the copy {document}"));
            differences.AddRange(server.Except(copy).Select(document => $"{collection} has only on the server {document}"));
        }

        return differences;
    }
}
