using System.Text.Encodings.Web;
using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Formats;

/// <summary>The members of an envelope between its records: source, operation, time and transaction. What the changes of one set share is
/// made once. Not thread-safe.</summary>
/// <param name="includeTransaction">See <see cref="EnvelopeJsonOptions.IncludeTransaction"/>.</param>
/// <param name="time">The clock of the envelope's own time.</param>
internal sealed class EnvelopeParts(bool includeTransaction, TimeProvider time) : IDisposable
{
    // No time is this one.
    private const long NotMade = long.MinValue;

    private readonly JsonClock _clock = new(time);

    // The member of the source, as it is for the set's first change; its row is between the two lengths.
    private readonly JsonText _source = new();
    private ChangeSet? _set;
    private int _beforeRow;
    private int _afterRow;

    // What follows the row: the rest of the source, and everything up to the first number of the transaction.
    private readonly JsonText _middle = new();
    private ChangeOperation _operation;
    private long _milliseconds = NotMade;
    private bool _hasTransaction;
    private bool _isProvisional;

    private TransactionInfo? _transaction;
    private byte[] _transactionStart = [];

    /// <summary>Appends the members after the records, and the name of the member after them, which is the key.</summary>
    /// <param name="text">Receives them.</param>
    /// <param name="change">The change.</param>
    public void Write(JsonText text, ChangeEvent change)
    {
        var row = change.Set.GetSourceRow(change.Change);
        if (row is null || !ReferenceEquals(_set, change.Set))
        {
            MakeSource(change, row is not null);
        }

        text.Raw(_source.Written[.._beforeRow]);
        if (_set is not null)
        {
            text.Number(row.GetValueOrDefault());
        }

        var milliseconds = _clock.Milliseconds;
        var operation = change.Operation;
        if (milliseconds != _milliseconds || operation != _operation)
        {
            MakeMiddle(change, operation, milliseconds);
        }

        text.Raw(_middle.Written);
        if (_hasTransaction)
        {
            var order = change.TotalOrder;
            text.Number(order);
            text.Raw(",\"data_collection_order\":"u8);
            text.Number(change.Set.ToTableOrder(order));
            text.Raw(_isProvisional ? ",\"provisional\":true},\"key\":"u8 : "},\"key\":"u8);
        }
    }

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    public long Milliseconds => _clock.Milliseconds;

    public void Dispose()
    {
        _source.Dispose();
        _middle.Dispose();
    }

    // Inside a JSON string a quotation mark follows a backslash, so that the bytes searched for are the member. A source that nests a
    // member of that name, or has it twice, is not taken apart.
    private void MakeSource(ChangeEvent change, bool differsByRow)
    {
        _source.Clear();
        _source.Raw(",\"source\":"u8);
        SourceJson.Write(_source.Open(), change.Source);
        _source.Close();
        _milliseconds = NotMade;
        _set = null;
        var json = _source.Written;
        _beforeRow = _afterRow = json.Length;
        var row = ",\"row\":"u8;
        if (differsByRow && json.IndexOf(row) is >= 0 and var at && json.LastIndexOf(row) == at)
        {
            _set = change.Set;
            _beforeRow = at + row.Length;
            _afterRow = _beforeRow + json[_beforeRow..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        }
    }

    private void MakeMiddle(ChangeEvent change, ChangeOperation operation, long milliseconds)
    {
        _middle.Clear();
        _middle.Raw(_source.Written[_afterRow..]);
        _middle.Raw(",\"op\":"u8);
        _middle.Quoted(EnvelopeWords.Letter(operation));
        _middle.Raw(",\"ts_ms\":"u8);
        _middle.Number(milliseconds);
        var transaction = includeTransaction ? change.Transaction : null;
        _hasTransaction = transaction is not null;
        _isProvisional = change.IsProvisional;
        _middle.Raw(transaction is null ? ",\"transaction\":null,\"key\":"u8 : StartOf(transaction));
        (_operation, _milliseconds) = (operation, milliseconds);
    }

    // A transaction has many sets.
    private byte[] StartOf(TransactionInfo transaction)
    {
        if (!ReferenceEquals(_transaction, transaction))
        {
            _transactionStart = [.. ",\"transaction\":{\"id\":\""u8,
                .. JsonEncodedText.Encode(transaction.Id, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes,
                .. "\",\"total_order\":"u8];
            _transaction = transaction;
        }

        return _transactionStart;
    }
}
