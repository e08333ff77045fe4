namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>Holds what a reader sees, through all its lives, against the history.</summary>
internal sealed class ReaderLog(History history)
{
    private int _seen;
    private int _inThisLife;
    private int? _open;

    /// <summary>True if everything has been seen, including the end of the last transaction.</summary>
    public bool IsComplete => _seen == history.Expected.Count && _open is null;

    /// <summary>Starts a life: leaving the loop has stored everything except the current item.</summary>
    public void OnStarted() => _inThisLife = 0;

    public void Take(StreamItem item)
    {
        switch (item)
        {
            case ChangeEvent change:
                Take(change);
                break;
            case TransactionBegin begin:
                Assert.True(_open is null || (_inThisLife == 0 && _open == NumberOf(begin.Transaction)),
                    "A transaction begins inside another one.");
                _open = NumberOf(begin.Transaction);
                break;
            case TransactionEnd end:
                Assert.True(_open == NumberOf(end.Transaction) || (_open is null && _inThisLife == 0),
                    "A transaction ends that is not open.");
                var last = history.Expected[_seen - 1];
                Assert.Equal((last.Transaction, last.TransactionSize), (NumberOf(end.Transaction), end.EventCount));
                Assert.Equal(end.EventCount, end.DataCollections.Sum(static count => count.Value));
                _open = null;
                break;
            default:
                // Says nothing of the place of what follows.
                Assert.IsType<Heartbeat>(item);
                return;
        }

        _inThisLife++;
    }

    private void Take(ChangeEvent change)
    {
        var number = (int)change.Key["_id"].AsInt64();

        // Only the item that was current when the previous life ended may be repeated.
        Assert.True(number == _seen || (_inThisLife == 0 && number == _seen - 1), $"Change {number} came where {_seen} should.");
        var expected = history.Expected[number];
        Assert.Equal(expected.Collection, change.Table);
        Assert.Equal((expected.Transaction, expected.Order, expected.CollectionOrder),
            (NumberOf(change.Transaction), change.TotalOrder, change.DataCollectionOrder));
        Assert.Equal(number, change.After["_id"].AsInt64());
        if (expected.Transaction is { } transaction)
        {
            Assert.True(_open == transaction || (_open is null && _inThisLife == 0), "A change of a transaction that has not begun.");
            _open = transaction;
        }
        else
        {
            Assert.Null(_open);
        }

        _seen = number + 1;
    }

    private static int? NumberOf(TransactionInfo? transaction)
        => transaction is null ? null : int.Parse(transaction.Id.Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture);
}
