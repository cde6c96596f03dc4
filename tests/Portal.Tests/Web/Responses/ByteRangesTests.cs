using FsCheck;
using FsCheck.Fluent;
using Tunnel.Portal.Web.Responses;

namespace Tunnel.Portal.Tests.Web.Responses;

public sealed class ByteRangesTests
{
    private static readonly string[] Pieces = ["bytes=", "-", ",", " ", "0", "1", "7", "25", "26", "9223372036854775807", "9223372036854775808", "x"];

    [Fact]
    public void Whatever_is_asked_for_lies_in_the_body() =>
        Prop.ForAll(
            Gen.Elements(Pieces).ArrayOf().Select(static pieces => "bytes=" + string.Concat(pieces)).Zip(Gen.Elements(0L, 1, 26, long.MaxValue)).ToArbitrary(),
            static asked =>
            {
                var (text, length) = asked;
                foreach (var range in ByteRanges.Select(text, length) ?? [])
                {
                    Assert.InRange(range.From, 0, length - 1);
                    Assert.InRange(range.Length, 1, length - range.From);
                }
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Two_headers_are_none() => Assert.Null(ByteRanges.Select(new[] { "bytes=0-1", "bytes=2-3" }, 26));
}
