namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>What a <see cref="SqlToken"/> is.</summary>
internal enum SqlTokenKind
{
    /// <summary>Nothing is left.</summary>
    End,

    /// <summary>A keyword, a name without quotes, or a number.</summary>
    Word,

    /// <summary>A name in quotes.</summary>
    Name,

    /// <summary>A text in quotes.</summary>
    Text,

    /// <summary>Any other character.</summary>
    Symbol,
}
