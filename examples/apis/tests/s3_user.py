"""Makes a user of moto who may use S3, and prints its key: `id:secret`."""

import boto3, json, sys
iam = boto3.client("iam", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
iam.create_user(UserName="tester")
allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
iam.put_user_policy(UserName="tester", PolicyName="s3", PolicyDocument=json.dumps(allow))
key = iam.create_access_key(UserName="tester")["AccessKey"]
print(key["AccessKeyId"] + ":" + key["SecretAccessKey"])
