package policy

import (
	"net/netip"
	"testing"
	"time"
)

func TestConditions(t *testing.T) {
	tests := []struct {
		name string
		text string
		want bool
	}{
		{"StringEquals compares whole values", `{"StringEquals":{"aws:username":"ann"}}`, true},
		{"StringEquals keeps case", `{"StringEquals":{"aws:username":"Ann"}}`, false},
		{"StringEquals takes a star for a star", `{"StringEquals":{"aws:username":"a*"}}`, false},
		{"StringEquals is met by one of its values", `{"StringEquals":{"aws:username":["bob","ann"]}}`, true},
		{"StringEquals needs the key", `{"StringEquals":{"aws:userid":"ann"}}`, false},
		{"StringEqualsIfExists does not", `{"StringEqualsIfExists":{"aws:userid":"ann"}}`, true},
		{"StringEqualsIfExists compares a key that is there", `{"StringEqualsIfExists":{"aws:username":"bob"}}`, false},
		{"StringNotEquals wants none of its values", `{"StringNotEquals":{"aws:username":["bob","ann"]}}`, false},
		{"StringNotEquals holds without the key", `{"StringNotEquals":{"aws:userid":"ann"}}`, true},
		{"StringEqualsIgnoreCase does", `{"StringEqualsIgnoreCase":{"aws:username":"ANN"}}`, true},
		{"StringEqualsIgnoreCase ignores it in a variable", `{"StringEqualsIgnoreCase":{"aws:username":"${aws:PrincipalTag/Upper}"}}`, true},
		{"StringNotEqualsIgnoreCase does", `{"StringNotEqualsIgnoreCase":{"aws:username":"ANN"}}`, false},
		{"StringLike has wildcards", `{"StringLike":{"aws:UserAgent":"*url/?.*"}}`, true},
		{"StringNotLike has wildcards", `{"StringNotLike":{"aws:UserAgent":"wget*"}}`, true},
		{"names of keys have no case", `{"StringEquals":{"AWS:USERNAME":"ann"}}`, true},
		{"a variable is replaced", `{"StringEquals":{"aws:username":"${aws:PrincipalTag/name}"}}`, true},
		{"a variable stands among other text", `{"StringLike":{"aws:Referer":"https://${aws:username}.example/?/${aws:username}"}}`, true},
		{"a variable may be the source address", `{"StringEquals":{"aws:PrincipalTag/ip":"${aws:SourceIp}"}}`, true},

		{"all lines must hold", `{"StringEquals":{"aws:username":"ann","aws:Referer":"no"}}`, false},
		{"all operators must hold", `{"StringEquals":{"aws:username":"ann"},"Bool":{"aws:SecureTransport":"false"}}`, false},

		{"a number equals in another form", `{"NumericEquals":{"aws:MultiFactorAuthAge":"6e1"}}`, true},
		{"a number may stand bare", `{"NumericEquals":{"aws:MultiFactorAuthAge":60}}`, true},
		{"NumericNotEquals", `{"NumericNotEquals":{"aws:MultiFactorAuthAge":60}}`, false},
		{"NumericLessThan is strict", `{"NumericLessThan":{"aws:MultiFactorAuthAge":60}}`, false},
		{"NumericLessThanEquals is not", `{"NumericLessThanEquals":{"aws:MultiFactorAuthAge":60}}`, true},
		{"NumericGreaterThan is strict", `{"NumericGreaterThan":{"aws:MultiFactorAuthAge":60}}`, false},
		{"NumericGreaterThan", `{"NumericGreaterThan":{"aws:MultiFactorAuthAge":59.5}}`, true},
		{"NumericGreaterThanEquals is not", `{"NumericGreaterThanEquals":{"aws:MultiFactorAuthAge":60}}`, true},
		{"a number is less", `{"NumericLessThan":{"aws:MultiFactorAuthAge":61}}`, true},
		{"what is no number equals none", `{"NumericEquals":{"aws:username":60}}`, false},
		{"seconds are numbers too", `{"NumericEquals":{"aws:EpochTime":1700000000}}`, true},

		{"DateEquals counts seconds", `{"DateEquals":{"aws:CurrentTime":"2023-11-14T22:13:20Z"}}`, true},
		{"DateEquals takes another zone", `{"DateEquals":{"aws:CurrentTime":"2023-11-14T23:13:20+01:00"}}`, true},
		{"DateEquals takes seconds since 1970", `{"DateEquals":{"aws:EpochTime":"1700000000"}}`, true},
		{"DateNotEquals", `{"DateNotEquals":{"aws:EpochTime":"1700000000"}}`, false},
		{"DateGreaterThan takes a day", `{"DateGreaterThan":{"aws:CurrentTime":"2023-11-14"}}`, true},
		{"DateLessThan takes a month", `{"DateLessThan":{"aws:CurrentTime":"2023-12"}}`, true},
		{"DateLessThanEquals takes minutes", `{"DateLessThanEquals":{"aws:CurrentTime":"2023-11-14T22:13Z"}}`, false},
		{"DateGreaterThanEquals takes a year", `{"DateGreaterThanEquals":{"aws:CurrentTime":"2023"}}`, true},
		{"a date may come as text", `{"DateLessThan":{"aws:TokenIssueTime":"2023-11-14T00:00:00Z"}}`, true},
		{"what is no date equals none", `{"DateEquals":{"aws:username":"2023"}}`, false},
		{"the time is text to StringLike", `{"StringLike":{"aws:CurrentTime":"2023-11-14T*"}}`, true},

		{"Bool", `{"Bool":{"aws:SecureTransport":true}}`, true},
		{"Bool compares text without case", `{"Bool":{"aws:MultiFactorAuthPresent":"True"}}`, true},
		{"what is no boolean equals none", `{"Bool":{"aws:username":["true","false"]}}`, false},
		{"transport is text to StringEquals", `{"StringEquals":{"aws:SecureTransport":"true"}}`, true},

		{"IpAddress in a block", `{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`, true},
		{"IpAddress alone", `{"IpAddress":{"aws:SourceIp":"192.0.2.9"}}`, true},
		{"IpAddress elsewhere", `{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]}}`, false},
		{"a block in IPv6 clothes is one of IPv4", `{"IpAddress":{"aws:SourceIp":"::ffff:192.0.2.0/120"}}`, true},
		{"bits below the mask do not matter", `{"IpAddress":{"aws:SourceIp":"192.0.2.77/24"}}`, true},
		{"NotIpAddress", `{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`, false},
		{"an address may come as text", `{"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"}}`, true},
		{"what is no address lies in no block", `{"IpAddress":{"aws:username":"0.0.0.0/0"}}`, false},

		{"ArnLike matches part by part", `{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:123456789012:top*"}}`, true},
		{"ArnEquals has wildcards too", `{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-?:123456789012:topic"}}`, true},
		{"ArnEquals takes everything for a star", `{"ArnEquals":{"aws:username":"*"}}`, true},
		{"ArnNotLike", `{"ArnNotLike":{"aws:SourceArn":"arn:aws:sns:*:123456789012:top*"}}`, false},
		{"ArnNotEquals of what is no ARN", `{"ArnNotEquals":{"aws:username":"arn:aws:sns:*:*:*"}}`, true},
		{"the principal is a role, not its session", `{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/r"}}`, true},
		{"the account is the principal's", `{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}`, true},

		{"Null finds a key missing", `{"Null":{"aws:userid":"true"}}`, true},
		{"Null finds a key there", `{"Null":{"aws:username":"false"}}`, true},
		{"Null is not fooled", `{"Null":{"aws:username":"true"}}`, false},
		{"Null knows an address", `{"Null":{"aws:SourceIp":"false","aws:CurrentTime":"false","aws:PrincipalArn":"false"}}`, true},

		{"ForAnyValue needs one match", `{"ForAnyValue:StringEquals":{"aws:TagKeys":["b","x"]}}`, true},
		{"ForAnyValue without the key", `{"ForAnyValue:StringEquals":{"aws:None":"b"}}`, false},
		{"ForAnyValue with IfExists without the key", `{"ForAnyValue:StringEqualsIfExists":{"aws:None":"b"}}`, true},
		{"ForAllValues needs all", `{"ForAllValues:StringEquals":{"aws:TagKeys":["b","x"]}}`, false},
		{"ForAllValues with all", `{"ForAllValues:StringLike":{"aws:TagKeys":["?"]}}`, true},
		{"ForAllValues without the key", `{"ForAllValues:StringEquals":{"aws:None":"b"}}`, true},
		{"ForAllValues of a negation wants none", `{"ForAllValues:StringNotEquals":{"aws:TagKeys":["b"]}}`, false},
		{"ForAnyValue of a negation wants one other", `{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["b"]}}`, true},
		{"several values meet an operator by one", `{"StringEquals":{"aws:TagKeys":"c"}}`, true},
		{"several values meet a negation by all", `{"StringNotEquals":{"aws:TagKeys":"c"}}`, false},
		{"ForAllValues of an address", `{"ForAllValues:IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`, true},
	}
	r := Request{
		Resource: called, SourceIP: netip.MustParseAddr("::ffff:192.0.2.9"), Secure: true,
		Time: time.Unix(1700000000, 5), UserAgent: "curl/8.1", Referer: "https://ann.example/?/ann",
		Principal: "arn:aws:sts::123456789012:assumed-role/r/s",
		Keys: []Key{
			{"aws:username", "ann"}, {"aws:MultiFactorAuthAge", "60"}, {"aws:MultiFactorAuthPresent", "TRUE"},
			{"aws:PrincipalTag/name", "ann"}, {"aws:PrincipalTag/Upper", "ANN"}, {"aws:PrincipalTag/ip", "192.0.2.9"},
			{"aws:SourceArn", "arn:aws:sns:eu-west-1:123456789012:topic"}, {"aws:TokenIssueTime", "2023-11-13T09:00:00Z"},
			{"aws:VpcSourceIp", "10.1.2.3"}, {"aws:TagKeys", "a"}, {"aws:TagKeys", "b"}, {"aws:TagKeys", "c"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := mustIdentity(t, statements(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":`+tt.text+`}`))
			if got := d.Evaluate(&r) == Allow; got != tt.want {
				t.Errorf("%s holds = %v, want %v", tt.text, got, tt.want)
			}
		})
	}
}

func TestKeysOfAnEmptyRequestAreMissing(t *testing.T) {
	for _, key := range []string{"aws:CurrentTime", "aws:EpochTime", "aws:SourceIp", "aws:UserAgent", "aws:Referer",
		"aws:PrincipalArn", "aws:PrincipalAccount", "aws:SourceVpc"} {
		d := mustIdentity(t, statements(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{"`+key+`":true}}}`))
		if got := d.Evaluate(&Request{Resource: called}); got != Allow {
			t.Errorf("%s is not missing", key)
		}
		d = mustIdentity(t, statements(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:*:*:${`+key+`}*"}`))
		if got := d.Evaluate(&Request{Resource: called}); got != Silent {
			t.Errorf("variable %s has a value", key)
		}
	}
}
