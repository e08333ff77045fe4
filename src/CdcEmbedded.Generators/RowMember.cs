namespace CdcEmbedded.Generators;

/// <summary>One column of a type.</summary>
internal sealed class RowMember
{
    public RowMember(string property, string column, string expression, bool isParameter)
    {
        Property = property;
        Column = column;
        Expression = expression;
        IsParameter = isParameter;
    }

    /// <summary>The property, or the constructor's parameter.</summary>
    public string Property { get; }

    public string Column { get; }

    /// <summary>The code that reads it.</summary>
    public string Expression { get; }

    public bool IsParameter { get; }
}
