using CdcEmbedded.Sources;

namespace CdcEmbedded.Formats;

/// <summary>The JSON <c>source</c> of the changes of one set, made once where they differ only in their row. Not thread-safe.</summary>
internal sealed class SourceParts
{
    private ChangeSet? _set;
    private byte[] _head = [];
    private byte[] _tail = [];

    /// <summary>Appends the source of a change.</summary>
    /// <param name="text">Receives it.</param>
    /// <param name="change">The change.</param>
    public void Write(JsonText text, ChangeEvent change)
    {
        if (change.Set.GetSourceRow(change.Change) is not { } row)
        {
            SourceJson.Write(text.Open(), change.Source);
            text.Close();
            return;
        }

        if (ReferenceEquals(_set, change.Set))
        {
            text.Raw(_head);
            text.Number((long)row);
            text.Raw(_tail);
            return;
        }

        var start = text.Written.Length;
        SourceJson.Write(text.Open(), change.Source);
        text.Close();
        Split(text.Written[start..], change.Set);
    }

    // Inside a JSON string a quotation mark follows a backslash, so that these bytes are the member. A source that nests a member of that
    // name, or has it twice, is not taken apart.
    private void Split(ReadOnlySpan<byte> source, ChangeSet set)
    {
        var name = ",\"row\":"u8;
        var at = source.IndexOf(name);
        if (at < 0 || source.LastIndexOf(name) != at)
        {
            _set = null;
            return;
        }

        var end = at + name.Length;
        _head = source[..end].ToArray();
        while (source[end] is >= (byte)'0' and <= (byte)'9')
        {
            end++;
        }

        _tail = source[end..].ToArray();
        _set = set;
    }
}
