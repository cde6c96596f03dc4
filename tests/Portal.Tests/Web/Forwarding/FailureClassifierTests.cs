using System.Security.Authentication;
using Microsoft.AspNetCore.Http;
using Tunnel.Mux;
using Tunnel.Portal.Web.Forwarding;
using Tunnel.Shared.Transport;

namespace Tunnel.Portal.Tests.Web.Forwarding;

public sealed class FailureClassifierTests
{
    public static TheoryData<Exception, string, int, bool> Failures => new()
    {
        { new DialException(DialFailure.Refused, "t", "r"), "target-refused", 502, true },
        { new DialException(DialFailure.TimedOut, "t", "r"), "target-timeout", 504, true },
        { new DialException(DialFailure.Unreachable, "t", "r"), "target-unreachable", 502, true },
        { new DialException(DialFailure.NameNotFound, "t", "r"), "target-unreachable", 502, true },
        { new MuxStreamException(MuxErrorCode.Refused, "full"), "bridge-refused", 502, true },
        { new MuxStreamException(MuxErrorCode.ConnectFailed, "Cannot connect to x: connection refused; nothing listens there"), "target-refused", 502, true },
        { new MuxStreamException(MuxErrorCode.ConnectFailed, "Cannot connect to x: no answer; is the address right?"), "target-timeout", 504, true },
        { new MuxStreamException(MuxErrorCode.ConnectFailed, "Cannot connect to x: no route to the host"), "target-unreachable", 502, true },
        { new MuxStreamException(MuxErrorCode.SessionLost, "gone"), "no-bridge", 503, false },
        { new MuxStreamException(MuxErrorCode.Cancel, "reset"), "target-reset", 502, false },
        { new TargetTimeoutException(TimeSpan.FromSeconds(1)), "target-timeout", 504, false },
        { new AuthenticationException("tls"), "target-tls", 502, true },
        { new HttpIOException(HttpRequestError.ResponseEnded), "target-reset", 502, false },
        { new HttpIOException(HttpRequestError.InvalidResponse), "target-bad-answer", 502, false },
        { new IOException("reset"), "target-reset", 502, false },
        { new BadHttpRequestException("large", 413), "body-too-large", 413, false },
        { new BadHttpRequestException("chunk", 400), "bad-request", 400, false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void The_hop_is_found_whatever_it_is_wrapped_in(Exception exception, string code, int status, bool neverReached)
    {
        foreach (var thrown in new[] { exception, new HttpRequestException("sending", new IOException("wrapped", exception)) })
        {
            var failure = FailureClassifier.Classify(thrown, hasLeft: false, isReady: true);

            Assert.Equal(code, failure.Code);
            Assert.Equal(status, failure.Status);
            Assert.Equal(neverReached, failure.NeverReached);
        }
    }

    [Fact]
    public void Where_the_portal_has_no_bridge_that_is_the_hop() =>
        Assert.Equal("no-bridge", FailureClassifier.Classify(new DialException(DialFailure.Unreachable, "t", "no bridge"), hasLeft: false, isReady: false).Code);

    [Fact]
    public void Of_several_the_body_of_the_request_is_found_too() => Assert.Equal(
        400,
        FailureClassifier.Classify(
            new AggregateException(new HttpRequestException("copying", new IOException()), new BadHttpRequestException("chunk", 400)), hasLeft: false, isReady: true).Status);

    [Fact]
    public void A_visitor_who_has_left_is_told_nothing_and_counts_against_nobody()
    {
        var failure = FailureClassifier.Classify(new IOException(), hasLeft: true, isReady: true);

        Assert.Null(failure.Code);
        Assert.False(failure.IsTargets);
    }
}
