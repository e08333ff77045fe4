namespace CdcEmbedded;

/// <summary>A column that a row image may not contain: absent, or a value, which may be null if
/// <typeparamref name="T"/> is nullable.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly record struct MaybeAbsent<T>
{
    private readonly T? _value;

    /// <summary>Creates a value that is present.</summary>
    public MaybeAbsent(T value)
    {
        _value = value;
        IsPresent = true;
    }

    /// <summary>True if the log contains the column.</summary>
    public bool IsPresent { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">It is absent: test <see cref="IsPresent"/>.</exception>
    public T Value => IsPresent ? _value!
        : throw new InvalidOperationException("The column is absent from this row image: test IsPresent.");

    /// <summary>Returns the value, or the type's default if it is absent.</summary>
    public T? GetValueOrDefault() => _value;

    /// <summary>Returns the value, or another one if it is absent.</summary>
    /// <param name="absent">What to return if it is absent.</param>
    public T GetValueOrDefault(T absent) => IsPresent ? _value! : absent;

    /// <summary>Returns the value's text; empty if it is absent or null.</summary>
    public override string ToString() => _value?.ToString() ?? "";
}
