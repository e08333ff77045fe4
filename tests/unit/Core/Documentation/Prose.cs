namespace CdcEmbedded.Tests.Documentation;

/// <summary>A run of text that people read: where it is, what it is, and what it says.</summary>
/// <param name="Path">The file, from the repository's root, with forward slashes.</param>
/// <param name="Line">The line of the text's first character, counted from 1.</param>
/// <param name="Kind">Comment, XML doc, string, name or page.</param>
/// <param name="Text">The text, with its line breaks.</param>
internal sealed record Prose(string Path, int Line, ProseKind Kind, string Text);
