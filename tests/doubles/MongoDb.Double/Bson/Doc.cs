using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>
/// An ordered, mutable document. Values are C# ones: <see cref="double"/>, <see cref="string"/>, <see cref="Doc"/>,
/// <c>List&lt;object?&gt;</c> for arrays, <see cref="bool"/>, <see cref="int"/>, <see cref="long"/>, null, and the Doc… types of this
/// folder. The double shares no line with the library that it tests, so it has its own model.
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "A document is what it is.")]
public sealed class Doc : IEnumerable<KeyValuePair<string, object?>>
{
    private readonly List<KeyValuePair<string, object?>> _elements = [];

    /// <summary>How many elements.</summary>
    public int Count => _elements.Count;

    /// <summary>The element names in order.</summary>
    public IEnumerable<string> Names => _elements.Select(element => element.Key);

    /// <summary>A value, null where missing; setting replaces in place or appends.</summary>
    public object? this[string name]
    {
        get => IndexOf(name) is >= 0 and int at ? _elements[at].Value : null;
        set
        {
            int at = IndexOf(name);
            if (at >= 0)
            {
                _elements[at] = new(name, Normal(value));
            }
            else
            {
                _elements.Add(new(name, Normal(value)));
            }
        }
    }

    /// <summary>Appends, also a name that is already there, as BSON allows.</summary>
    public void Add(string name, object? value) => _elements.Add(new(name, Normal(value)));

    /// <summary>Appends unless the value is null.</summary>
    public Doc AddUnlessNull(string name, object? value)
    {
        if (value is not null)
        {
            Add(name, value);
        }

        return this;
    }

    /// <summary>True if the name is there, if only with null.</summary>
    public bool Has(string name) => IndexOf(name) >= 0;

    /// <summary>Removes an element; false where missing.</summary>
    public bool Remove(string name)
    {
        int at = IndexOf(name);
        if (at >= 0)
        {
            _elements.RemoveAt(at);
        }

        return at >= 0;
    }

    /// <summary>The element at a place.</summary>
    public KeyValuePair<string, object?> At(int index) => _elements[index];

    /// <summary>The value as a document, null where it is none.</summary>
    public Doc? Document(string name) => this[name] as Doc;

    /// <summary>The value as an array, null where it is none.</summary>
    public List<object?>? Array(string name) => this[name] as List<object?>;

    /// <summary>The value as a string, null where it is none.</summary>
    public string? Text(string name) => this[name] as string;

    /// <summary>The value as a whole number, null where it is no number.</summary>
    public long? Number(string name) => this[name] switch
    {
        int value => value,
        long value => value,
        double value => (long)value,
        _ => null,
    };

    /// <summary>True if the value is true or a number other than 0, as MongoDB reads flags.</summary>
    public bool Flag(string name) => this[name] is true || Number(name) is { } number && number != 0;

    /// <summary>A value by a path of names, without arrays on the way.</summary>
    public object? Path(params string[] names)
    {
        object? value = this;
        foreach (string name in names)
        {
            value = (value as Doc)?[name];
        }

        return value;
    }

    /// <summary>A copy whose documents and arrays are its own.</summary>
    public Doc Clone()
    {
        var copy = new Doc();
        foreach ((string name, object? value) in _elements)
        {
            copy._elements.Add(new(name, CloneValue(value)));
        }

        return copy;
    }

    /// <summary>Copies documents and arrays, passes the rest.</summary>
    public static object? CloneValue(object? value) => value switch
    {
        Doc document => document.Clone(),
        List<object?> array => array.ConvertAll(CloneValue),
        _ => value,
    };

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _elements.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Extended JSON.</summary>
    public override string ToString() => DocJson.Write(this);

    // C# arrays and sequences become the one array type.
    private static object? Normal(object? value) => value switch
    {
        null or string or Doc or List<object?> or byte[] => value is byte[] bytes ? new DocBinary(bytes) : value,
        Guid uuid => DocBinary.Uuid(uuid),
        uint number => (long)number,
        IEnumerable sequence => sequence.Cast<object?>().Select(Normal).ToList(),
        _ => value,
    };

    private int IndexOf(string name)
    {
        for (int i = 0; i < _elements.Count; i++)
        {
            if (_elements[i].Key == name)
            {
                return i;
            }
        }

        return -1;
    }
}
