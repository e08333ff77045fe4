using CdcEmbedded.MongoDb.Double.Sessions;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>The store as one write command outside transactions sees it.</summary>
internal sealed class OutsideWrites(DataStore store, TransactionTable transactions) : IWriteTarget
{
    private bool _hasWritten;

    public StoredCollection? Find(string database, string collection) => store.Find(database, collection);

    public void Write(OplogEntry entry)
    {
        // Of a command with several statements only the first one waits: the command is run again.
        if (!_hasWritten && transactions.HaveWritten(entry))
        {
            throw new WriteWaitsException();
        }

        _hasWritten = true;
        store.Write(entry);
    }
}
