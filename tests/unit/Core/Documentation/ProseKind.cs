namespace CdcEmbedded.Tests.Documentation;

/// <summary>The kinds of text in a repository.</summary>
internal enum ProseKind
{
    /// <summary>A comment that starts with two slashes, or is enclosed by slash and star.</summary>
    Comment,

    /// <summary>A documentation comment, with its tags.</summary>
    XmlDoc,

    /// <summary>The content of a string literal, without its interpolated expressions.</summary>
    Literal,

    /// <summary>A name that is a sentence with underscores: a test's.</summary>
    Name,

    /// <summary>A Markdown page.</summary>
    Page,
}
