namespace CdcEmbedded.Tests.Documentation;

/// <summary>Comments, documentation, messages, test names and pages use the words of the glossary in src/ARCHITECTURE.md.</summary>
public sealed class PlainEnglishTests
{
    /// <summary>The rules, their tests and the map that lists the words.</summary>
    private static readonly string[] Exempt = ["tests/unit/Core/Documentation/PlainEnglish.cs",
        "tests/unit/Core/Documentation/PlainEnglishTests.cs"];

    [Fact]
    public void Every_text_uses_the_words_of_the_glossary()
    {
        var offenders = RepositoryText.All().Where(prose => !Exempt.Contains(prose.Path)).SelectMany(PlainEnglish.Check).ToList();
        if (Environment.GetEnvironmentVariable("CDC_LANGUAGE_REPORT") is { Length: > 0 } report)
        {
            var folders = offenders.GroupBy(Folder).OrderBy(folder => folder.Key, StringComparer.Ordinal);
            File.WriteAllLines(report, folders.SelectMany(folder => folder.Prepend($"== {folder.Key}: {folder.Count()}")));
        }

        Assert.True(offenders.Count == 0, string.Join('\n', offenders));
    }

    [Theory]
    [InlineData("// starts behind the position", "\"behind\"")]
    [InlineData("/// <summary>Whether it is read.</summary>", "Whether")]
    [InlineData("throw new X(\"The row was left out.\");", "\"left out\"")]
    [InlineData("throw new X($\"{a + \"}\"} is told\");", "\"told\"")]
    [InlineData("var a = \"\"\"\n  one\n  goes on\n  \"\"\";", "x.cs:3: \"goes on\"")]
    [InlineData("void It_goes_on_after_a_restart() { }", "\"goes on\"")]
    [InlineData("// a phrase that\n// is read once\n// more", "x.cs:2: \"once more\"")]
    public void A_word_is_found_in_a_comment_a_document_a_literal_and_a_name(string code, string expected) =>
        Assert.Contains(CSharpReader.Read("x.cs", code).SelectMany(PlainEnglish.Check),
            offender => offender.Contains(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("// a replica that lags behind its source, behind a load balancer")]
    [InlineData("var behind = told.Tell('\\'', @\"C:\\\"); // nothing")]
    [InlineData("var a = $\"{behind}\" + '\"' + \"x\";")]
    public void A_word_in_code_or_in_its_right_sense_is_not_an_offender(string code) =>
        Assert.Empty(CSharpReader.Read("x.cs", code).SelectMany(PlainEnglish.Check));

    private static string Folder(string path)
        => path.Split(':')[0] is var file && file.Contains('/') ? file[..file.LastIndexOf('/')] : "(root)";
}
