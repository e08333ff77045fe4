using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Puts the fragments of a split event together again (manual, "$changeStreamSplitLargeEvent"; R50): they follow each other, in
/// one batch or several, and each has whole top-level fields.</summary>
internal sealed class FragmentBuffer
{
    private readonly List<RawBson> _fragments = [];
    private long _of;

    /// <summary>True if fragments of an event are still to come, so that no position after them may be stored.</summary>
    public bool IsPending => _fragments.Count > 0;

    /// <summary>The stream is opened again, before the first fragment.</summary>
    public void Clear() => _fragments.Clear();

    /// <summary>Takes a fragment.</summary>
    /// <param name="fragment">The whole event.</param>
    /// <param name="description">Its <c>splitEvent</c>.</param>
    /// <returns>The whole event after the last fragment, with that one's token; before, no document.</returns>
    /// <exception cref="SourceInconsistentException">A fragment is missing.</exception>
    public RawBson Add(RawBson fragment, RawBson description)
    {
        var number = description.GetInt64("fragment"u8);
        var of = description.GetInt64("of"u8);
        if (number != _fragments.Count + 1 || of < number || (IsPending && of != _of))
        {
            throw new SourceInconsistentException($"Fragment {number} of {of} of a split event came where "
                + $"fragment {_fragments.Count + 1} of "
                + $"{(IsPending ? _of : of)} should: a part of the event is missing. Nothing after the last whole event has "
                    + "been delivered.");
        }

        _of = of;
        _fragments.Add(fragment);
        return number == of ? Join() : default;
    }

    /// <summary>An event that is no fragment comes.</summary>
    /// <exception cref="SourceInconsistentException">Fragments are missing before it.</exception>
    public void ExpectNone()
    {
        if (IsPending)
        {
            throw new SourceInconsistentException($"A whole event came where fragment {_fragments.Count + 1} of {_of} of a split event "
                + "should: a part "
                + "of the event is missing. Nothing after the last whole event has been delivered.");
        }
    }

    // The last fragment's token, then all other fields, each as its bytes are.
    private RawBson Join()
    {
        var builder = new DocumentBuilder(_fragments.Sum(static fragment => fragment.Bytes.Length));
        builder.Add("_id"u8, _fragments[^1]["_id"u8]);
        foreach (var fragment in _fragments)
        {
            foreach (var element in fragment)
            {
                if (!element.NameUtf8.SequenceEqual("_id"u8) && !element.NameUtf8.SequenceEqual("splitEvent"u8))
                {
                    builder.Add(element.NameUtf8, element.Value);
                }
            }
        }

        _fragments.Clear();
        return builder.ToDocument();
    }
}
